/**
 * Compares a graph's gradients with central finite differences in float64. Used by tests alone.
 * The reported figure is the relative L2 error ‖g − fd‖ / ‖fd‖ over the checked coordinates.
 */
import { elements, type Shape } from '../graph/dtype.ts';
import { Tape } from '../graph/autodiff.ts';
import { Graph, type Tensor } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import type { HostTensor, Runtime } from '../runtime/runtime.ts';
import { randomStream } from '../data/random.ts';

export interface GradientCase {
  /** Float inputs, all of them watched. */
  shapes: Record<string, Shape>;
  /** Integer inputs, not differentiated. */
  indices?: Record<string, { shape: Shape; below: number }>;
  build: (tape: Tape, inputs: Record<string, Tensor>) => Tensor;
}

/** @returns relative L2 error per float input */
export async function gradientErrors(
  runtime: Runtime,
  { shapes, indices = {}, build }: GradientCase,
): Promise<Record<string, number>> {
  const tape = new Tape(new Graph('float64'));
  const g = tape.graph;
  const inputs: Record<string, Tensor> = {};
  for (const [name, shape] of Object.entries(shapes))
    inputs[name] = tape.watch(g.input(name, shape));
  for (const [name, { shape }] of Object.entries(indices))
    inputs[name] = g.input(name, shape, 'int32');
  // A fixed random direction turns any output into a scalar whose gradient has no special structure.
  const output = build(tape, inputs);
  const direction = g.weights(
    'direction',
    output.shape,
    normals(elements(output.shape), 'direction'),
  );
  const loss = weightedSum(tape, output, direction);
  const targets = Object.keys(shapes).map((name) => inputs[name]!);
  const gradients = tape.backward(loss, targets);
  g.output('loss', loss);
  Object.keys(shapes).forEach((name, i) => g.output(`gradient:${name}`, gradients[i]!));

  const session = await runtime.createSession(encodeModel(g), { fuse: false });
  const feeds: Record<string, HostTensor & { data: Float64Array | Int32Array }> = {};
  for (const [name, shape] of Object.entries(shapes))
    feeds[name] = { data: Float64Array.from(normals(elements(shape), name)), shape };
  for (const [name, { shape, below }] of Object.entries(indices)) {
    const random = randomStream(1, name);
    feeds[name] = {
      data: Int32Array.from({ length: elements(shape) }, () => random.integer(below)),
      shape,
    };
  }
  const lossAt = async () => (await (await session.run(feeds)).loss!.readExact())[0]!;
  const analytic = await session.run(feeds);
  const errors: Record<string, number> = {};
  for (const name of Object.keys(shapes)) {
    const gradient = await analytic[`gradient:${name}`]!.readExact();
    errors[name] = await compare(feeds[name]!.data as Float64Array, gradient, lossAt);
  }
  await session.release();
  return errors;
}

/** Moves each of up to 64 coordinates by ±1e-5 and compares slopes. */
export async function compare(
  values: Float64Array,
  gradient: Float64Array,
  lossAt: () => Promise<number>,
): Promise<number> {
  const epsilon = 1e-5;
  const stride = Math.max(1, Math.floor(values.length / 64));
  let difference = 0;
  let total = 0;
  for (let i = 0; i < values.length; i += stride) {
    const kept = values[i]!;
    values[i] = kept + epsilon;
    const above = await lossAt();
    values[i] = kept - epsilon;
    const below = await lossAt();
    values[i] = kept;
    const slope = (above - below) / (2 * epsilon);
    difference += (slope - gradient[i]!) ** 2;
    total += slope ** 2;
  }
  return Math.sqrt(difference / total);
}

export function normals(count: number, purpose: string): number[] {
  const random = randomStream(1, purpose);
  return Array.from({ length: count }, () => random.normal());
}

function weightedSum(tape: Tape, output: Tensor, direction: Tensor): Tensor {
  const g = tape.graph;
  const axes = output.shape.map((_, axis) => axis);
  const loss = g.reshape(g.reduceSum(g.mul(output, direction), axes), [1]);
  return tape.record(loss, [output], (d) => [
    () =>
      g.mul(
        direction,
        g.reshape(
          d,
          output.shape.map(() => 1),
        ),
      ),
  ]);
}
