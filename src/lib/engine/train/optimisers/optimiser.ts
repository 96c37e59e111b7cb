/**
 * What an optimiser is. Trainable tensors live in one flat vector [P], so that clipping and the update are a
 * handful of nodes however many tensors there are. What changes from step to step (schedule, bias correction)
 * is fed by the host as scalars; what the optimiser remembers comes in and goes out as tensors.
 */
import type { Optimiser } from '../../formats/recipe.ts';
import type { Shape } from '../../graph/dtype.ts';
import type { Graph, Tensor } from '../../graph/graph.ts';

/** One tensor of an optimiser's memory; it starts at zero. */
export interface StateTensor {
  name: string;
  shape: Shape;
  dtype: 'float32' | 'int32';
}

export interface Update {
  /** What is subtracted from the parameters, over the learning rate. [P] */
  direction: Tensor;
  /** By the names of {@link OptimiserDefinition.state}. */
  state: Record<string, Tensor>;
}

export interface OptimiserDefinition<O extends Optimiser = Optimiser> {
  /** @param size P */
  state(size: number): StateTensor[];
  /** Scalars [1] fed beside `learningRate` and `shrink`. */
  scalarNames: readonly string[];
  /**
   * Values of all scalars at a step; `shrink` is the share that decoupled weight decay takes off.
   * @param step 1-based
   * @param rate learning rate of the schedule
   */
  scalars(optimiser: O, step: number, rate: number): Record<string, number>;
  /** @param gradient clipped, [P] */
  update(
    g: Graph,
    optimiser: O,
    gradient: Tensor,
    state: Readonly<Record<string, Tensor>>,
    scalars: Readonly<Record<string, Tensor>>,
  ): Update;
}

export type OptimiserOf<K extends Optimiser['kind']> = Extract<Optimiser, { kind: K }>;
