/**
 * What a fine-tuning method is: the tensors it trains, and what it does to a linear layer.
 *
 * A trainable tensor's name is the name it has in the artifact file, so that exporting is writing them
 * down and importing is reading them back.
 */
import type { LinearModule, Method, Recipe } from '../formats/recipe.ts';
import type { Tape } from '../graph/autodiff.ts';
import type { Shape } from '../graph/dtype.ts';
import type { Tensor } from '../graph/graph.ts';
import type { LlamaConfig } from '../model/config.ts';

export type Initial =
  | { kind: 'zeros' }
  | { kind: 'normal'; deviation: number }
  /** Uniform in ±bound. */
  | { kind: 'uniform'; bound: number }
  /** The base model's own tensor. */
  | { kind: 'checkpoint'; name: string };

export interface Trainable {
  /** Name in the artifact. */
  name: string;
  shape: Shape;
  initial: Initial;
  /** False for norm gains, which weight decay would pull to zero. */
  decayed: boolean;
}

export interface LinearLayer {
  x: Tensor;
  layer: number;
  module: LinearModule;
  /** x·Wᵀ with the base weight, frozen or trained. */
  base: () => Tensor;
  trained: (name: string) => Tensor;
}

export interface MethodDefinition<M extends Method = Method> {
  /** Tensors trained besides the classification head. */
  trainables(config: LlamaConfig, method: M): Trainable[];
  /** Name of the head's tensor in the artifact. */
  headName: string;
  /** Artifact name of a base tensor when the method trains it; null when the base is frozen. */
  trainedBase(name: string): string | null;
  /** Output of a linear layer under this method. */
  project(tape: Tape, method: M, layer: LinearLayer): Tensor;
}

/** The classification head: scores = hidden · scoreᵀ, weight [labels, D], `score` in LlamaForSequenceClassification. */
export function headTrainable(config: LlamaConfig, labels: number, name: string): Trainable {
  return {
    name,
    shape: [labels, config.hiddenSize],
    initial: { kind: 'normal', deviation: config.initializerRange },
    decayed: true,
  };
}

export type MethodOf<K extends Recipe['method']['kind']> = Extract<Method, { kind: K }>;
