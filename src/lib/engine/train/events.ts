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
  /** Base model and everything the method adds. */
  total: number;
  /** Bytes of the frozen weights as stored (quantisation scales included). */
  frozenBytes: number;
  /** Bytes of trainable weights, gradient and both AdamW moments. */
  trainableBytes: number;
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

export interface RunResult {
  recipe: Recipe;
  choice: BackendChoice;
  counts: Counts;
  trace: TracePoint[];
  validations: Validation[];
  before: Validation;
  after: Validation;
  /** Wall-clock seconds of training steps alone, validation left out. */
  trainingSeconds: number;
  /** True when the student stopped the run; the artifact then holds the weights of the last step. */
  stopped: boolean;
  /** safetensors: a PEFT adapter for LoRA, the trained tensors otherwise. */
  artifact: Uint8Array<ArrayBuffer>;
}
