import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../data/random.ts';
import { Graph } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import { createNodeRuntime } from '../runtime/node.ts';
import { dequantiseNf4, NF4_BLOCK, NF4_VALUES, nf4Weight, quantiseNf4 } from './nf4.ts';
import { dequantiseInteger, quantiseInteger } from './integer.ts';

const normalWeights = (count: number, deviation = 0.04) => {
  const random = randomStream(1, 'weights');
  return Float32Array.from({ length: count }, () => random.normal() * deviation);
};

/** ‖a − b‖ / ‖a‖, Frobenius. */
const relativeError = (a: Float32Array, b: Float32Array) => {
  const square = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
  return Math.sqrt(square(a.map((value, i) => value - b[i]!)) / square(a));
};

describe('NF4', () => {
  it('stands for sixteen values in rising order, with 0 and both ends exact', () => {
    expect(NF4_VALUES).toHaveLength(16);
    expect([...NF4_VALUES].toSorted((a, b) => a - b)).toEqual([...NF4_VALUES]);
    expect([NF4_VALUES[0], NF4_VALUES[7], NF4_VALUES[15]]).toEqual([-1, 0, 1]);
  });

  it('gives each of the sixteen values its own code, the earlier of a pair in the high nibble', () => {
    const row = new Float32Array(NF4_BLOCK);
    row.set(NF4_VALUES);
    const { codes, maxima } = quantiseNf4(row, [1, NF4_BLOCK]);
    expect([...codes.subarray(0, 8)]).toEqual([0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef]);
    expect([...maxima]).toEqual([1]);
  });

  it('takes the lower value on a tie', () => {
    const row = new Float32Array(NF4_BLOCK);
    row[0] = 1;
    // Both neighbours and their midpoint are exact in float32.
    row[1] = (NF4_VALUES[7]! + NF4_VALUES[8]!) / 2;
    expect(quantiseNf4(row, [1, NF4_BLOCK]).codes[0]! & 15).toBe(7);
  });

  it('rounds every weight to the nearest value of its block', () => {
    const weights = normalWeights(4 * NF4_BLOCK);
    const back = dequantiseNf4(quantiseNf4(weights, [4, NF4_BLOCK]));
    for (let block = 0; block < 4; block++) {
      const part = weights.subarray(block * NF4_BLOCK, (block + 1) * NF4_BLOCK);
      const peak = Math.max(...part.map(Math.abs));
      part.forEach((weight, i) => {
        const nearest = Math.min(...NF4_VALUES.map((value) => Math.abs(value * peak - weight)));
        expect(Math.abs(back[block * NF4_BLOCK + i]! - weight)).toBeCloseTo(nearest, 7);
      });
    }
  });

  it('lets blocks run on across rows and fills up a short last one', () => {
    const weights = normalWeights(3 * 24);
    const matrix = quantiseNf4(weights, [3, 24]);
    expect([matrix.codes.length, matrix.maxima.length]).toEqual([64, 2]);
    expect(dequantiseNf4(matrix)).toHaveLength(72);
  });

  it('keeps zeros', () => {
    expect(dequantiseNf4(quantiseNf4(new Float32Array(128), [2, 64]))).toEqual(
      new Float32Array(128),
    );
  });

  it('has a relative error of 0.092 on normal weights, less than int4', () => {
    const shape = [576, 576] as const;
    const weights = normalWeights(576 * 576);
    const nf4 = relativeError(weights, dequantiseNf4(quantiseNf4(weights, shape)));
    const int4 = relativeError(weights, dequantiseInteger(quantiseInteger(weights, shape, 'int4')));
    expect(nf4).toBeCloseTo(0.092, 3);
    expect(nf4).toBeLessThan(int4);
  });

  describe('in a graph', () => {
    const shape = [24, 40] as const;
    const matrix = quantiseNf4(normalWeights(24 * 40), shape);

    it('gives back exactly the weights that the codes stand for', async () => {
      const g = new Graph();
      g.output(
        'weight',
        nf4Weight(g, 'w', shape, () => matrix, null),
      );
      const runtime = await createNodeRuntime({ threads: 1 });
      const session = await runtime.createSession(encodeModel(g));
      const { weight } = await session.run({});
      expect(await weight!.read()).toEqual(dequantiseNf4(matrix));
    });

    it('E-4: stays four bits wide in a session: ONNX Runtime folds nothing into fp32', async () => {
      const g = new Graph();
      const large = quantiseNf4(normalWeights(256 * 256), [256, 256]);
      const x = g.input('x', [1, 256]);
      g.output(
        'y',
        g.gemm(
          x,
          nf4Weight(g, 'w', [256, 256], () => large, null),
          false,
          true,
        ),
      );
      const file = join(await mkdtemp(join(tmpdir(), 'nf4-')), 'optimised.onnx');
      await ort.InferenceSession.create(encodeModel(g), {
        graphOptimizationLevel: 'all',
        optimizedModelFilePath: file,
        logSeverityLevel: 3,
      });
      expect((await stat(file)).size).toBeLessThan(256 * 256);
    });
  });
});
