import { describe, expect, it } from 'vitest';
import { defaultOptimiser, type AdamOptimiser } from '../formats/recipe.ts';
import { Tape } from '../graph/autodiff.ts';
import * as f from '../graph/functions.ts';
import { Graph } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import type { Trainable } from '../methods/method.ts';
import { createNodeRuntime } from '../runtime/node.ts';
import { stepScalars } from './optimisers/index.ts';
import { scheduledRate } from './optimisers/schedule.ts';
import { emitUpdate, flatGradient, flatParameters } from './update.ts';

const optimiser = {
  ...defaultOptimiser('adamw', 5e-4),
  weightDecay: 0.1,
  clipNorm: 0.5,
} as AdamOptimiser;
const TRAINABLES: Trainable[] = [
  { name: 'w', shape: [2, 2], initial: { kind: 'zeros' }, decayed: true },
  { name: 'gain', shape: [2], initial: { kind: 'zeros' }, decayed: false },
];
/** Gradients of the loss Σ c·p are c, whatever p is. */
const COEFFICIENTS = [0.3, -0.2, 0.9, 0.1, -0.5, 0.4];

/** The textbook update, written with bias-corrected moments. */
function reference(steps: number, rateOf: (step: number) => number): number[] {
  const parameters = [1, -1, 0.5, 2, 1, 1];
  const m = parameters.map(() => 0);
  const v = parameters.map(() => 0);
  const norm = Math.hypot(...COEFFICIENTS);
  const gradient = COEFFICIENTS.map((c) => c * Math.min(1, optimiser.clipNorm / norm));
  for (let step = 1; step <= steps; step++) {
    const rate = rateOf(step);
    parameters.forEach((_, i) => {
      m[i] = optimiser.beta1 * m[i]! + (1 - optimiser.beta1) * gradient[i]!;
      v[i] = optimiser.beta2 * v[i]! + (1 - optimiser.beta2) * gradient[i]! ** 2;
      const mHat = m[i] / (1 - optimiser.beta1 ** step);
      const vHat = v[i] / (1 - optimiser.beta2 ** step);
      if (i < 4) parameters[i]! -= rate * optimiser.weightDecay * parameters[i]!;
      parameters[i]! -= (rate * mHat) / (Math.sqrt(vHat) + optimiser.epsilon);
    });
  }
  return parameters;
}

describe('AdamW', () => {
  it('agrees with the textbook update over ten steps, clipping and decay included', async () => {
    const tape = new Tape(new Graph());
    const g = tape.graph;
    const flat = flatParameters(tape, TRAINABLES);
    const row = g.weights('c', [1, 4], COEFFICIENTS.slice(0, 4));
    const rest = g.weights('d', [1, 2], COEFFICIENTS.slice(4));
    const column = (name: string, size: number) =>
      f.reshape(tape, flat.parts.get(name)!, [1, size]);
    const loss = f.reshape(
      tape,
      f.add(tape, f.linear(tape, column('w', 4), row), f.linear(tape, column('gain', 2), rest)),
      [1],
    );
    emitUpdate(g, flatGradient(tape, loss, flat, false), flat, TRAINABLES, optimiser);
    const runtime = await createNodeRuntime({ threads: 1 });
    const session = await runtime.createSession(encodeModel(g));
    const rateOf = (step: number) => scheduledRate({ ...optimiser, warmupSteps: 3 }, step, 10);
    let state: Record<'parameters' | 'moment1' | 'moment2', Float32Array> = {
      parameters: Float32Array.of(1, -1, 0.5, 2, 1, 1),
      moment1: new Float32Array(6),
      moment2: new Float32Array(6),
    };
    let norm = 0;
    for (let step = 1; step <= 10; step++) {
      const scalars = stepScalars(optimiser, step, rateOf(step));
      const outputs = await session.run({
        ...Object.fromEntries(
          Object.entries(state).map(([name, data]) => [name, { data, shape: [6] }]),
        ),
        ...Object.fromEntries(
          Object.entries(scalars).map(([name, value]) => [
            name,
            { data: Float32Array.of(value), shape: [1] },
          ]),
        ),
      });
      state = {
        parameters: await outputs.nextParameters!.read(),
        moment1: await outputs.nextMoment1!.read(),
        moment2: await outputs.nextMoment2!.read(),
      };
      norm = (await outputs.gradientNorm!.read())[0]!;
    }
    expect(norm).toBeCloseTo(Math.hypot(...COEFFICIENTS), 6);
    reference(10, rateOf).forEach((value, i) => expect(state.parameters[i]).toBeCloseTo(value, 5));
  });

  it('warms up linearly and decays along a cosine to the final fraction', () => {
    const schedule = { ...optimiser, learningRate: 1, warmupSteps: 10, finalFraction: 0.1 };
    expect(scheduledRate(schedule, 5, 110)).toBeCloseTo(0.5);
    expect(scheduledRate(schedule, 10, 110)).toBeCloseTo(1);
    expect(scheduledRate(schedule, 60, 110)).toBeCloseTo(0.55);
    expect(scheduledRate(schedule, 110, 110)).toBeCloseTo(0.1);
  });
});
