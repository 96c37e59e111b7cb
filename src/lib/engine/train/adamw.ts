/**
 * AdamW with decoupled weight decay (Loshchilov & Hutter 2019, arXiv:1711.05101) and clipping by the global
 * gradient norm, as nodes of the step's graph.
 *
 * Trainable tensors live in one flat vector, so that clipping and the update are a handful of nodes however
 * many tensors there are. Bias correction and the schedule are numbers the host feeds each step:
 *   learningRate = lr·√(1 − β₂ᵗ) / (1 − β₁ᵗ),  epsilon = ε·√(1 − β₂ᵗ),  shrink = lr·weightDecay.
 */
import type { Recipe } from '../formats/recipe.ts';
import { elements } from '../graph/dtype.ts';
import type { Tape } from '../graph/autodiff.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import type { Trainable } from '../methods/method.ts';

export type Optimiser = Recipe['optimiser'];

/** The flat vector [P] of all trainable tensors, cut into its parts. */
export interface FlatParameters {
  vector: Tensor;
  parts: Map<string, Tensor>;
  size: number;
}

/** Declares the input `parameters` [P] and a watched view of it per trainable tensor. */
export function flatParameters(tape: Tape, trainables: readonly Trainable[]): FlatParameters {
  const size = trainables.reduce((sum, { shape }) => sum + elements(shape), 0);
  const vector = tape.graph.input('parameters', [size]);
  const parts = new Map<string, Tensor>();
  let offset = 0;
  for (const { name, shape } of trainables) {
    const end = offset + elements(shape);
    const view = tape.graph.reshape(tape.graph.slice(vector, 0, offset, end), shape);
    parts.set(name, tape.watch(view));
    offset = end;
  }
  return { vector, parts, size };
}

/**
 * Adds the update to the graph. Inputs `moment1`, `moment2` [P] and scalars [1] `learningRate`, `epsilon`,
 * `shrink`; outputs `nextParameters`, `nextMoment1`, `nextMoment2` [P], and `gradientNorm` [1], before clipping.
 * @returns the flat gradient [P], before clipping
 */
export function adamwUpdate(
  tape: Tape,
  loss: Tensor,
  parameters: FlatParameters,
  trainables: readonly Trainable[],
  optimiser: Pick<Optimiser, 'beta1' | 'beta2' | 'clipNorm' | 'weightDecay'>,
): Tensor {
  const g = tape.graph;
  const { vector, size } = parameters;
  const moment1 = g.input('moment1', [size]);
  const moment2 = g.input('moment2', [size]);
  const learningRate = g.input('learningRate', [1]);
  const epsilon = g.input('epsilon', [1]);
  const shrink = g.input('shrink', [1]);

  const gradients = tape.backward(loss, [...parameters.parts.values()]);
  const flat = g.concat(
    gradients.map((gradient) => g.reshape(gradient, [elements(gradient.shape)])),
    0,
  );
  const norm = g.sqrt(g.reduceSum(g.mul(flat, flat), [0]));
  const limit = g.scalar(optimiser.clipNorm);
  const gradient = g.mul(flat, g.div(limit, g.max(norm, limit)));

  const blend = (old: Tensor, next: Tensor, beta: number) =>
    g.add(g.mul(old, g.scalar(beta)), g.mul(next, g.scalar(1 - beta)));
  const next1 = blend(moment1, gradient, optimiser.beta1);
  const next2 = blend(moment2, g.mul(gradient, gradient), optimiser.beta2);
  const step = g.div(g.mul(next1, learningRate), g.add(g.sqrt(next2), epsilon));
  const decay = decayMask(g, trainables, size);
  const shrunk = g.mul(vector, decay ? g.mul(decay, shrink) : shrink);

  g.output('nextParameters', g.sub(g.sub(vector, shrunk), step));
  g.output('nextMoment1', next1);
  g.output('nextMoment2', next2);
  g.output('gradientNorm', norm);
  return flat;
}

/** 1 where weight decay applies; null when it applies everywhere. */
function decayMask(g: Graph, trainables: readonly Trainable[], size: number): Tensor | null {
  if (trainables.every(({ decayed }) => decayed)) return null;
  return g.weights('decay-mask', [size], () => {
    const mask = new Float32Array(size);
    let offset = 0;
    for (const { shape, decayed } of trainables) {
      const end = offset + elements(shape);
      if (decayed) mask.fill(1, offset, end);
      offset = end;
    }
    return mask;
  });
}

/** Learning rate of step `step` (1-based): linear warm-up, then cosine decay to `finalFraction` of the peak. */
export function scheduledRate(optimiser: Optimiser, step: number, steps: number): number {
  const { learningRate, warmupSteps, finalFraction } = optimiser;
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  const cosine = (1 + Math.cos(Math.PI * progress)) / 2;
  return learningRate * (finalFraction + (1 - finalFraction) * cosine);
}

/** The three scalars fed at a step. */
export function stepScalars(optimiser: Optimiser, step: number, learningRate: number) {
  const correction1 = 1 - optimiser.beta1 ** step;
  const correction2 = 1 - optimiser.beta2 ** step;
  return {
    learningRate: (learningRate * Math.sqrt(correction2)) / correction1,
    epsilon: optimiser.epsilon * Math.sqrt(correction2),
    shrink: learningRate * optimiser.weightDecay,
  };
}
