/**
 * What a run says while it goes on, and what it leaves behind: the trace and the artifact.
 * Types only; the trainer makes them, the worker forwards them, views render them.
 */
import type { Recipe } from '../formats/recipe.ts';

export type Backend = 'webgpu' | 'wasm' | 'node';

/** The backend a run uses, and the sentence that tells the student why. */
export interface BackendChoice {
  backend: Backend;
  /** CPU threads; 1 on WebGPU. */
  threads: number;
  reason: string;
}

/** Parameters and bytes, counted from the tensors' shapes, never estimated. */
export interface Counts {
  /** Trained parameters, the head included. */
  trainable: number;
  /** Parameters that the artifact holds: fewer where part of what is trained is folded away. */
  kept: number;
  /** Base model and everything the method adds. */
  total: number;
  memory: MemoryCount;
  /** Multiplications in the matrix products of one step. */
  multiplications: number;
}

/** Bytes of one training step by what they are for. Counted from the step's graph: see `count.ts`. */
export interface MemoryCount {
  /** Frozen weights kept in fp32. */
  frozen: number;
  /** Frozen weights stored in fewer bits: codes, scales and all. */
  quantised: number;
  /** The vector of all trained parameters. */
  trainable: number;
  gradients: number;
  /** What the optimiser remembers from step to step. */
  optimiser: number;
  /** Peak of everything else the step computes: activations and the working copies of its two passes. */
  activations: number;
  /** Rotary tables, masks, sizes. */
  constants: number;
}

/**
 * Bytes that a backend was seen to hold, of all sessions of a run together: training, evaluation, accumulation where
 * there is one, and what ONNX Runtime keeps for later. See `../runtime/gpu-memory.ts`.
 */
export interface SeenMemory {
  /** At the moment of reading. */
  live: number;
  /** The most at one moment since the run began, the phases before its first step included. */
  peak: number;
  /** What the peak was made of. */
  atPeak: {
    /** Weights, state, activations: everything that shaders read and write. */
    tensors: number;
    /** Copies on their way to or from the CPU. */
    staging: number;
    /** Sizes and other numbers that each dispatch is given. */
    uniforms: number;
  };
}

export interface Validation {
  step: number;
  /** Mean cross-entropy in nats. */
  loss: number;
  /** Share of validation examples classified correctly, 0–1. */
  accuracy: number;
}

export interface TracePoint {
  step: number;
  /** Training loss of this step's batch, in nats, before the update. */
  loss: number;
  learningRate: number;
  /** Global norm of the gradient before clipping. */
  gradientNorm: number;
}

export type RunPhase = 'loading' | 'compiling' | 'evaluating' | 'training' | 'exporting';

export type RunEvent =
  | { type: 'backend'; choice: BackendChoice }
  /** `loaded` and `total` are bytes, present while loading. */
  | { type: 'phase'; phase: RunPhase; loaded?: number; total?: number }
  | { type: 'counts'; counts: Counts }
  /** When everything is compiled, after the first steps, and at the end; never where nothing can be seen. */
  | { type: 'memory'; seen: SeenMemory }
  | {
      type: 'step';
      point: TracePoint;
      steps: number;
      /** Tokens, padding included, over the last second or so of training. */
      tokensPerSecond: number;
      /** Training and remaining validation, in seconds. */
      secondsLeft: number;
    }
  | { type: 'validation'; validation: Validation };

/** A validation example, answered by the model as it was before training and as it is after. Labels by name. */
export interface Answer {
  text: string;
  label: string;
  before: string;
  after: string;
}

export interface RunResult {
  recipe: Recipe;
  choice: BackendChoice;
  counts: Counts;
  /** At the run's end; null where the backend's memory cannot be seen. */
  seen: SeenMemory | null;
  trace: TracePoint[];
  validations: Validation[];
  before: Validation;
  after: Validation;
  /** A few of the validation examples, chosen to show what changed and what did not. */
  answers: Answer[];
  /** Loss on general English, in nats per token, of the base model and of what the run left; null where it was not measured. */
  general: { before: number; after: number } | null;
  /** Wall-clock seconds of training steps alone, validation left out. */
  trainingSeconds: number;
  /** True when the student stopped the run; the artifact then holds the weights of the last step. */
  stopped: boolean;
  /** safetensors: what the method leaves behind: an adapter that `peft` loads where it has the method. */
  artifact: Uint8Array<ArrayBuffer>;
}
