import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import { evaluateOnHost } from '../graph/evaluate.ts';
import type { Optimiser } from '../formats/recipe.ts';
import { randomStream } from '../data/random.ts';
import { createNodeRuntime } from '../runtime/node.ts';
import { HostOptimiser, updateGraph } from './host-optimiser.ts';
import { optimiserState, stepScalars } from './optimisers/index.ts';
import { scheduledRate } from './optimisers/schedule.ts';
import { nextName } from './update.ts';

const STEPS = 30;
const shared = { learningRate: 0.05, warmupSteps: 5, finalFraction: 0.1, weightDecay: 0.1 };
const OPTIMISERS: Optimiser[] = [
  { kind: 'sgd', ...shared, clipNorm: 1000, momentum: 0 },
  { kind: 'sgd', ...shared, clipNorm: 1, momentum: 0.9 },
  { kind: 'adamw', ...shared, clipNorm: 2, beta1: 0.9, beta2: 0.99, epsilon: 1e-8 },
];
const runtime = await createNodeRuntime({ threads: 1 });

/** The same graph run by ONNX Runtime in float64. */
async function byRuntime(optimiser: Optimiser, start: number[], gradients: number[][]) {
  const session = await runtime.createSession(encodeModel(updateGraph(optimiser, start.length)), {
    fuse: false,
  });
  const vector = (values: readonly number[]) => ({
    data: Float64Array.from(values),
    shape: [values.length],
  });
  let state = Object.fromEntries([
    ['parameters', vector(start)],
    ...optimiserState(optimiser, start.length).map(({ name, shape }) => [
      name,
      vector(new Array<number>(shape[0]!).fill(0)),
    ]),
  ]) as Record<string, ReturnType<typeof vector>>;
  const places: number[][] = [];
  for (const [index, gradient] of gradients.entries()) {
    const rate = scheduledRate(optimiser, index + 1, STEPS);
    const scalars = Object.entries(stepScalars(optimiser, index + 1, rate));
    const outputs = await session.run({
      ...state,
      gradient: vector(gradient),
      ...Object.fromEntries(scalars.map(([name, value]) => [name, vector([value])])),
    });
    const next: typeof state = {};
    for (const name of Object.keys(state))
      next[name] = vector([...(await outputs[nextName(name)]!.readExact())]);
    state = next;
    places.push([...state.parameters!.data]);
  }
  await session.release();
  return places;
}

describe('an optimiser on the host', () => {
  it.each(OPTIMISERS)(
    'takes the steps that ONNX Runtime takes of the same graph: $kind, clip $clipNorm (N-32)',
    async (optimiser) => {
      const random = randomStream(3, 'gradients');
      const gradients = Array.from({ length: STEPS }, () => [random.normal() * 3, random.normal()]);
      const start = [0.7, -1.2];
      const host = new HostOptimiser(optimiser, start, STEPS);
      const ours = gradients.map((gradient) => [...host.step(gradient)]);
      const theirs = await byRuntime(optimiser, start, gradients);
      const apart = ours.flatMap((place, step) =>
        place.map((value, index) => Math.abs(value - theirs[step]![index]!)),
      );
      expect(apart).toHaveLength(2 * STEPS);
      expect(Math.max(...apart)).toBeLessThan(1e-12);
    },
  );

  it('refuses operators that it does not know, and inputs of another size', () => {
    const g = new Graph('float64');
    const x = g.input('x', [2]);
    g.output('y', g.tanh(x));
    expect(() => evaluateOnHost(g, { x: [1, 2] })).toThrow('Tanh');
    expect(() => evaluateOnHost(g, { x: [1] })).toThrow('x is not fed');
    expect(() => evaluateOnHost(g, {})).toThrow('x is not fed');
  });
});
