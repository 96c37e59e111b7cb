/** The last part of a training step's graph: gradient, clipping by its global norm, and the optimiser's update. */
import type { Optimiser } from '../formats/recipe.ts';
import { elements } from '../graph/dtype.ts';
import type { Tape } from '../graph/autodiff.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import type { Trainable } from '../methods/method.ts';
import { optimiserOf, optimiserState } from './optimisers/index.ts';

/** The flat vector [P] of all trainable tensors, cut into its parts. */
export interface FlatParameters {
  vector: Tensor;
  parts: Map<string, Tensor>;
  size: number;
}

/** Input that holds the sum of gradients of the batches before the last one of an update. */
export const ACCUMULATED = 'accumulated';

/** Declares the input `parameters` [P] and a watched view of it per trainable tensor. */
export function flatParameters(tape: Tape, trainables: readonly Trainable[]): FlatParameters {
  const size = sizeOf(trainables);
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

/** P */
export function sizeOf(trainables: readonly { shape: readonly number[] }[]): number {
  return trainables.reduce((sum, { shape }) => sum + elements(shape), 0);
}

/** Name of the output that is fed back as the input `name`. */
export function nextName(name: string): string {
  return `next${name[0]!.toUpperCase()}${name.slice(1)}`;
}

/** The flat gradient [P], added to the input `accumulated` where there is one. */
export function flatGradient(
  tape: Tape,
  loss: Tensor,
  { parts, size }: FlatParameters,
  accumulate: boolean,
): Tensor {
  const g = tape.graph;
  const gradients = tape.backward(loss, [...parts.values()]);
  const flat = g.concat(
    gradients.map((gradient) => g.reshape(gradient, [elements(gradient.shape)])),
    0,
  );
  return accumulate ? g.add(g.input(ACCUMULATED, [size]), flat) : flat;
}

/**
 * Adds the update to the graph. Inputs: the optimiser's state, and scalars [1] `learningRate`, `shrink` and the
 * optimiser's own. Outputs: `nextParameters`, the state's next values, and `gradientNorm` [1], before clipping.
 * @param flat gradient [P], not clipped
 */
export function emitUpdate(
  g: Graph,
  flat: Tensor,
  { vector, size }: FlatParameters,
  trainables: readonly Trainable[],
  optimiser: Optimiser,
): void {
  const definition = optimiserOf(optimiser);
  const state = Object.fromEntries(
    optimiserState(optimiser, size).map(({ name, shape, dtype }) => [
      name,
      g.input(name, shape, dtype === 'float32' ? g.real : dtype),
    ]),
  );
  const scalar = (name: string) => g.input(name, [1]);
  const [rate, shrink] = [scalar('learningRate'), scalar('shrink')];
  const own = Object.fromEntries(definition.scalarNames.map((name) => [name, scalar(name)]));

  const norm = g.sqrt(g.reduceSum(g.mul(flat, flat), [0]));
  const limit = g.scalar(optimiser.clipNorm);
  const clipped = g.mul(flat, g.div(limit, g.max(norm, limit)));
  const update = definition.update(g, optimiser, clipped, state, own);

  const rates = perTensor(g, trainables, ({ rate: factor = 1 }) => g.mul(rate, g.scalar(factor)));
  const shares = perTensor(g, trainables, ({ decayed, rate: factor = 1 }) =>
    g.mul(shrink, g.scalar(decayed ? factor : 0)),
  );
  const kept = g.sub(vector, g.mul(vector, shares));
  g.output('nextParameters', g.sub(kept, g.mul(update.direction, rates)));
  for (const [name, tensor] of Object.entries(update.state)) g.output(nextName(name), tensor);
  g.output('gradientNorm', norm);
}

/**
 * One number a parameter, [P], or one for all, [1]. Neighbours that are treated alike share a piece: see
 * `trainablesOf`. Made of inputs of the graph, so that no runtime keeps it as a constant of the parameters' size.
 */
function perTensor(
  g: Graph,
  trainables: readonly Trainable[],
  valueOf: (trainable: Trainable) => Tensor,
): Tensor {
  const pieces: { first: Trainable; size: number }[] = [];
  for (const trainable of trainables) {
    const last = pieces.at(-1);
    const alike =
      last &&
      last.first.decayed === trainable.decayed &&
      (last.first.rate ?? 1) === (trainable.rate ?? 1);
    if (alike) last.size += elements(trainable.shape);
    else pieces.push({ first: trainable, size: elements(trainable.shape) });
  }
  if (pieces.length === 1) return valueOf(pieces[0]!.first);
  return g.concat(
    pieces.map(({ first, size }) => g.expand(valueOf(first), [size])),
    0,
  );
}
