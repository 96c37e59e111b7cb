/**
 * What a fine-tuning method is: the tensors it trains, and what it does to the decoder at the three places
 * where the decoder asks: a linear layer, behind a sublayer, and in front of a layer's keys and values.
 *
 * A trainable tensor's name is the name it has in the artifact file, so that exporting is writing them down
 * and importing is reading them back. A method whose training needs more than its result says so by
 * {@link MethodDefinition.exported}.
 */
import type { LinearModule, Method } from '../formats/recipe.ts';
import type { Tape } from '../graph/autodiff.ts';
import type { Shape } from '../graph/dtype.ts';
import type { Tensor } from '../graph/graph.ts';
import type { LlamaConfig } from '../model/config.ts';
import type { LayerPrefix, Sublayer } from '../model/llama.ts';

export type Initial =
  | { kind: 'zeros' }
  | { kind: 'ones' }
  | { kind: 'normal'; deviation: number }
  /** Uniform in ±bound. */
  | { kind: 'uniform'; bound: number }
  /** The base model's own tensor. */
  | { kind: 'checkpoint'; name: string }
  /** Euclidean norms of a base matrix's rows, as the matrix is stored. */
  | { kind: 'row-norms'; name: string };

export interface Trainable {
  /** Name in the artifact. */
  name: string;
  shape: Shape;
  initial: Initial;
  /** False for norm gains, biases and other factors, which weight decay would pull to zero. */
  decayed: boolean;
  /** Learning rate over the recipe's; 1 when left out. */
  rate?: number;
}

/** What every hook of a method may use. */
export interface Context {
  config: LlamaConfig;
  /** One of the tensors that {@link MethodDefinition.trainables} names. */
  trained: (name: string) => Tensor;
}

export interface LinearLayer extends Context {
  /** [N, in] */
  x: Tensor;
  layer: number;
  module: LinearModule;
  /** The base weight, [out, in], frozen or trained. */
  weight: () => Tensor;
  /** x·Wᵀ with the base weight. */
  base: (x: Tensor) => Tensor;
  /** x with a share of its elements left out in training, the rest scaled up; x itself in evaluation. */
  dropout: (x: Tensor, share: number) => Tensor;
}

export interface SublayerOutput extends Context {
  /** [N, D], before it is added to the residual stream. */
  x: Tensor;
  layer: number;
  sublayer: Sublayer;
}

export interface MethodDefinition<M extends Method = Method> {
  /** Tensors trained besides the classification head. */
  trainables(config: LlamaConfig, method: M): Trainable[];
  /** Name of the head's tensor in the artifact; null when no head is trained. */
  headName: string | null;
  /** Artifact name of a base tensor when the method trains it; null when it is frozen. */
  trainedBase(name: string, method: M): string | null;
  /** Output of a linear layer under this method. [N, out] */
  project(tape: Tape, method: M, layer: LinearLayer): Tensor;
  /** What goes into the residual stream in place of a sublayer's output. [N, D] */
  behind(tape: Tape, method: M, output: SublayerOutput): Tensor;
  /** Positions in front of the text that every layer's queries attend to. */
  prefixLength(method: M): number;
  /** Each layer's keys and values at those positions; empty without any. */
  prefix(tape: Tape, method: M, context: Context): LayerPrefix[];
  /** What a finished run leaves behind; the method itself unless part of it is folded away. */
  exported(method: M): Method;
  /** The exported method's tensors made of the trained ones, but for the head; null where they are the same. */
  fold(tape: Tape, method: M, context: Context): ReadonlyMap<string, Tensor> | null;
}

/** A method that changes nothing: each one overrides what it does. */
export const untouched = {
  headName: 'score.weight',
  trainables: () => [],
  trainedBase: () => null,
  project: (_tape, _method, { x, base }) => base(x),
  behind: (_tape, _method, { x }) => x,
  prefixLength: () => 0,
  prefix: () => [],
  exported: (method) => method,
  fold: () => null,
} as const satisfies MethodDefinition;

/** The classification head: scores = hidden · scoreᵀ, weight [labels, D], `score` in LlamaForSequenceClassification. */
export function headTrainable(config: LlamaConfig, labels: number, name: string): Trainable {
  return {
    name,
    shape: [labels, config.hiddenSize],
    initial: { kind: 'normal', deviation: config.initializerRange },
    decayed: true,
  };
}

/** Prefix that Python `peft` gives the names of a wrapped model. */
export const PEFT_PREFIX = 'base_model.model.';

/** PyTorch's default for a linear layer, Kaiming-uniform with a = √5: uniform in ±1/√in. */
export function linearInitial(into: number): Initial {
  return { kind: 'uniform', bound: 1 / Math.sqrt(into) };
}

/** One entry a layer, joined. */
export function eachLayer<T>({ layers }: LlamaConfig, make: (layer: number) => readonly T[]): T[] {
  return Array.from({ length: layers }, (_, layer) => make(layer)).flat();
}

export type MethodOf<K extends Method['kind']> = Extract<Method, { kind: K }>;
