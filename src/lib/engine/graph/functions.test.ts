import { beforeAll, describe, expect, it } from 'vitest';
import { createNodeRuntime } from '../runtime/node.ts';
import type { Runtime } from '../runtime/runtime.ts';
import * as f from './functions.ts';
import type { Tensor } from './graph.ts';
import { gradientErrors, type GradientCase } from '../testing/gradient-check.ts';

const CASES: Record<string, GradientCase> = {
  linear: {
    shapes: { x: [5, 3], w: [4, 3] },
    build: (t, { x, w }) => f.linear(t, x!, w!),
  },
  matmul: {
    shapes: { a: [2, 3, 4], b: [2, 4, 5] },
    build: (t, { a, b }) => f.matmul(t, a!, b!),
  },
  'matmul with a broadcast matrix': {
    shapes: { a: [2, 3, 4] },
    build: (t, { a }) =>
      f.matmul(
        t,
        a!,
        t.graph.weights(
          'constant',
          [4, 4],
          Array.from({ length: 16 }, (_, i) => i % 5),
        ),
      ),
  },
  'add with broadcasting': {
    shapes: { a: [2, 3, 4], b: [3, 1] },
    build: (t, { a, b }) => f.add(t, a!, b!),
  },
  'mul with broadcasting': {
    shapes: { a: [2, 3, 4], b: [4] },
    build: (t, { a, b }) => f.mul(t, a!, b!),
  },
  scale: { shapes: { a: [3, 2] }, build: (t, { a }) => f.scale(t, a!, -1.7) },
  reshape: { shapes: { a: [3, 4] }, build: (t, { a }) => f.reshape(t, a!, [2, 6]) },
  transpose: {
    shapes: { a: [2, 3, 4] },
    build: (t, { a }) => f.transpose(t, a!, [2, 0, 1]),
  },
  expand: {
    shapes: { a: [2, 1, 3] },
    build: (t, { a }) => f.expand(t, a!, [2, 4, 3]),
  },
  slice: { shapes: { a: [3, 6] }, build: (t, { a }) => f.slice(t, a!, 1, 1, 4) },
  concat: {
    shapes: { a: [2, 3], b: [2, 1] },
    build: (t, { a, b }) => f.concat(t, [a!, b!, a!], 1),
  },
  'div with broadcasting': {
    shapes: { a: [2, 3], b: [3] },
    // Away from zero, where a quotient has no slope to compare.
    build: (t, { a, b }) => f.div(t, a!, f.add(t, f.mul(t, b!, b!), t.graph.scalar(1))),
  },
  relu: { shapes: { x: [5, 4] }, build: (t, { x }) => f.relu(t, x!) },
  tanh: { shapes: { x: [4, 3] }, build: (t, { x }) => f.tanh(t, x!) },
  rowNorms: { shapes: { x: [4, 6] }, build: (t, { x }) => f.rowNorms(t, x!) },
  'a checkpointed segment, with a captured tensor': {
    shapes: { x: [4, 3], w: [3, 3] },
    build: (t, { x, w }) => {
      const segment = (input: Tensor) =>
        t.checkpoint([input], (inner, [y]) =>
          f.silu(inner, f.linear(inner, f.tanh(inner, y!), w!)),
        );
      return f.add(t, segment(segment(x!)), x!);
    },
  },
  softmax: { shapes: { a: [3, 5] }, build: (t, { a }) => f.softmax(t, a!) },
  silu: { shapes: { x: [4, 3] }, build: (t, { x }) => f.silu(t, x!) },
  rmsNorm: {
    shapes: { x: [4, 6], gain: [6] },
    build: (t, { x, gain }) => f.rmsNorm(t, x!, gain!, 1e-5),
  },
  'embedding, one-hot': {
    shapes: { table: [7, 3] },
    indices: { ids: { shape: [6], below: 7 } },
    build: (t, { table, ids }) => f.embedding(t, table!, ids!),
  },
  'embedding, scatter': {
    shapes: { table: [7, 3] },
    indices: { ids: { shape: [6], below: 7 } },
    build: (t, { table, ids }) => f.embedding(t, table!, ids!, 'scatter'),
  },
  selectRows: {
    shapes: { x: [8, 3] },
    indices: { rows: { shape: [3], below: 8 } },
    build: (t, { x, rows }) => f.selectRows(t, x!, rows!),
  },
  crossEntropy: {
    shapes: { logits: [4, 5] },
    indices: { targets: { shape: [4], below: 5 } },
    build: (t, { logits, targets }) =>
      f.crossEntropy(t, logits!, targets!, t.graph.weights('rows', [4, 1], [0.4, 0.3, 0.3, 0])),
  },
  'a tensor used twice': {
    shapes: { a: [3, 3] },
    build: (t, { a }) => f.add(t, f.mul(t, a!, a!), f.silu(t, a!)),
  },
};

describe('E-3: gradients agree with finite differences in float64', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createNodeRuntime({ threads: 1 });
  });

  it.each(Object.entries(CASES))('%s', async (_name, gradientCase) => {
    for (const [input, error] of Object.entries(await gradientErrors(runtime, gradientCase)))
      expect(error, input).toBeLessThan(1e-8);
  });
});
