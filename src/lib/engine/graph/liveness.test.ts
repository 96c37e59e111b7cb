import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteLength } from './dtype.ts';
import { Graph, type Tensor } from './graph.ts';
import { peakBytes, type StaticGraph } from './liveness.ts';

describe('peakBytes, against counts by hand (L-8)', () => {
  it('lets a tensor live from the node that makes it to its last use', () => {
    const g = new Graph();
    const x = g.input('x', [2, 4]); // 32 bytes, held by the caller
    const w = g.weights('w', [4, 4], new Float32Array(16)); // 64 bytes, held by the session
    const y = g.gemm(x, w); // 32
    const z = g.exp(y); // 32: y and z
    const s = g.reduceSum(z, [1]); // 8: z and s, and the axis, an int64 of 8 held throughout
    g.output('sum', s);
    expect(peakBytes(g)).toBe(32 + 64 + 8 + (32 + 32));
    expect(peakBytes(g, ['x', 'w'])).toBe(8 + 64);
  });

  it('keeps a tensor that a later node reads again', () => {
    const g = new Graph();
    const x = g.input('x', [4]); // 16
    const a = g.exp(x); // a
    const b = g.exp(a); // a b
    const c = g.exp(b); // a b c, because a is not done
    g.output('y', g.add(c, a)); // a c y
    expect(peakBytes(g, ['x'])).toBe(3 * 16);
  });

  it('counts a view once, and keeps its bytes for as long as the view is read', () => {
    const g = new Graph();
    const x = g.input('x', [4]);
    const a = g.exp(x); // 16
    const view = g.reshape(a, [2, 2]); // the same 16, and two int64 sizes: 16
    const b = g.exp(g.exp(view)); // 16 + 16
    g.output('y', g.add(b, view));
    expect(peakBytes(g, ['x'])).toBe(16 + 3 * 16);
    expect(peakBytes(g, ['x', view.name])).toBe(16 + 2 * 16);
  });

  it('holds outputs to the end, and takes half a byte for an int4', () => {
    const g = new Graph();
    const codes = g.initializer('codes', [2, 32], new Uint8Array(32), 'int4'); // 32
    const scales = g.weights('scales', [2, 1], [1, 1]); // 8
    const w = g.dequantize(codes, scales, 32); // 256
    g.output('early', g.exp(w)); // 256
    g.output('late', g.exp(g.reduceSum(w, [0]))); // 128 + 128, and an axis of 8
    expect(peakBytes(g)).toBe(32 + 8 + 8 + 256 + 256 + 128);
  });
});

describe('peakBytes of any graph', () => {
  /** Each number makes one node out of tensors made before it. */
  const graphs = fc
    .array(fc.tuple(fc.nat(2), fc.nat(), fc.nat()), { minLength: 1, maxLength: 30 })
    .map((choices) => {
      const g = new Graph();
      const made: Tensor[] = [g.input('x', [2, 3]), g.weights('w', [2, 3], new Float32Array(6))];
      for (const [kind, one, two] of choices) {
        const a = made[one % made.length]!;
        const b = made[two % made.length]!;
        made.push(
          kind === 0
            ? g.exp(a)
            : kind === 1
              ? g.add(g.reshape(a, [6]), g.reshape(b, [6]))
              : g.reshape(a, [3, 2]),
        );
      }
      g.output('y', made.at(-1)!);
      return g;
    });
  const sizes = (g: StaticGraph) =>
    [...g.inputs, ...g.initializers, ...g.nodes].map(({ shape, dtype }) =>
      byteLength(shape, dtype),
    );

  it('is at least the largest tensor and at most all of them', () => {
    fc.assert(
      fc.property(graphs, (g) => {
        const peak = peakBytes(g);
        expect(peak).toBeGreaterThanOrEqual(Math.max(...sizes(g)));
        expect(peak).toBeLessThanOrEqual(sizes(g).reduce((a, b) => a + b, 0));
      }),
    );
  });

  it('does not depend on what the tensors are called', () => {
    const rename = (name: string) => `other/${name.split('').reverse().join('')}`;
    const named = <T extends { name: string }>(tensors: readonly T[]) =>
      tensors.map((tensor) => ({ ...tensor, name: rename(tensor.name) }));
    fc.assert(
      fc.property(graphs, (g) => {
        const renamed: StaticGraph = {
          inputs: named(g.inputs),
          initializers: named(g.initializers),
          outputs: named(g.outputs),
          nodes: g.nodes.map((node) => ({
            ...node,
            inputs: node.inputs.map(rename),
            output: rename(node.output),
          })),
        };
        expect(peakBytes(renamed)).toBe(peakBytes(g));
      }),
    );
  });

  it('never grows when a tensor is counted elsewhere', () => {
    fc.assert(
      fc.property(graphs, fc.nat(), (g, pick) => {
        const name = g.nodes[pick % g.nodes.length]!.output;
        expect(peakBytes(g, [name])).toBeLessThanOrEqual(peakBytes(g));
      }),
    );
  });
});
