/**
 * An optimiser of a handful of parameters, without a runtime: the update's own graph, evaluated on the host. The rule
 * is the one that trains; it is written down once, in `optimisers`.
 */
import type { Optimiser } from '../formats/recipe.ts';
import { evaluateOnHost } from '../graph/evaluate.ts';
import { Graph } from '../graph/graph.ts';
import { optimiserState, stepScalars } from './optimisers/index.ts';
import { scheduledRate } from './optimisers/schedule.ts';
import { emitUpdate, nextName } from './update.ts';

/** The update of `size` parameters as a graph: see {@link emitUpdate}; the gradient is its input `gradient` [P]. */
export function updateGraph(optimiser: Optimiser, size: number): Graph {
  const g = new Graph('float64');
  const vector = g.input('parameters', [size]);
  const gradient = g.input('gradient', [size]);
  const trainables = [
    { name: 'parameters', shape: [size], initial: { kind: 'zeros' as const }, decayed: true },
  ];
  emitUpdate(g, gradient, { vector, parts: new Map(), size }, trainables, optimiser);
  return g;
}

export class HostOptimiser {
  readonly #graph: Graph;
  readonly #optimiser: Optimiser;
  readonly #steps: number;
  #state: Record<string, readonly number[]>;
  #step = 0;

  /** @param steps of the schedule of the learning rate */
  constructor(optimiser: Optimiser, start: readonly number[], steps: number) {
    this.#optimiser = optimiser;
    this.#steps = steps;
    this.#graph = updateGraph(optimiser, start.length);
    this.#state = { parameters: start };
    for (const { name, shape } of optimiserState(optimiser, start.length))
      this.#state[name] = new Array<number>(shape[0]!).fill(0);
  }

  /** One update. @returns the parameters after it */
  step(gradient: readonly number[]): readonly number[] {
    const rate = scheduledRate(this.#optimiser, ++this.#step, this.#steps);
    const scalars = stepScalars(this.#optimiser, this.#step, rate);
    const outputs = evaluateOnHost(this.#graph, {
      gradient,
      ...this.#state,
      ...Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, [value]])),
    });
    this.#state = Object.fromEntries(
      Object.keys(this.#state).map((name) => [name, outputs[nextName(name)]!]),
    );
    return this.#state.parameters!;
  }
}
