import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import reference from '../../../../tests/fixtures/nf4/reference.json';
import { randomStream } from '../data/random.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import { Graph } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import { createNodeRuntime } from '../runtime/node.ts';
import { bits, compareNf4, fromBits } from '../testing/nf4-reference.ts';
import { DYNAMIC_MAP, nearestDynamicCode } from './dynamic-map.ts';
import {
  dequantiseNf4Double,
  maximaOf,
  nf4DoubleBytes,
  nf4DoubleWeight,
  quantiseNf4Double,
} from './nf4-double.ts';
import { quantiseNf4 } from './nf4.ts';

const normalWeights = (count: number) => {
  const random = randomStream(1, 'weights');
  return Float32Array.from({ length: count }, () => random.normal() * 0.04);
};

describe('the dynamic map', () => {
  it('holds 256 rising values, zero and one among them', () => {
    expect(new Set(DYNAMIC_MAP).size).toBe(256);
    expect(DYNAMIC_MAP.toSorted()).toEqual(DYNAMIC_MAP);
    expect([DYNAMIC_MAP[127], DYNAMIC_MAP[255]]).toEqual([0, 1]);
  });

  it('gives each of its values its own code, and the lower one on a tie', () => {
    DYNAMIC_MAP.forEach((value, code) => expect(nearestDynamicCode(value)).toBe(code));
    expect(nearestDynamicCode((DYNAMIC_MAP[127]! + DYNAMIC_MAP[128]!) / 2)).toBe(127);
    expect(nearestDynamicCode(-1)).toBe(0);
  });
});

describe('E-9: NF4 and double quantisation agree with the PyTorch reference', () => {
  const nano = readSafetensors(
    new Uint8Array(readFileSync('static/models/nano/model.safetensors')),
  );
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const compared = compareNf4(reference, nano, digest);

  it('in every bit, on ties, zeros, tiny values, a short block and all matrices of nano', () => {
    expect(compared.length).toBe(1 + 8 * (2 + 28));
    expect(compared.filter(({ equal }) => !equal)).toEqual([]);
  });

  it('which another weight would not', () => {
    const { special } = reference.matrices;
    const weights = fromBits(special.weights);
    weights[5]! += 0.01;
    const changed = { ...reference, matrices: { special: { ...special } }, nano: {} };
    changed.matrices.special.weights = bits(weights);
    const differing = compareNf4(changed, nano, digest).filter(({ equal }) => !equal);
    expect(differing.map(({ name }) => name)).toContain('special dequantised');
  });
});

describe('double quantisation', () => {
  it('stays close to the exact maxima', () => {
    const shape = [256, 256] as const;
    const weights = normalWeights(256 * 256);
    const { maxima } = quantiseNf4(weights, shape);
    maximaOf(quantiseNf4Double(weights, shape)).forEach((value, block) =>
      expect(Math.abs(value / maxima[block]! - 1)).toBeLessThan(0.02),
    );
  });

  it('keeps zeros', () => {
    const zeros = new Float32Array(128);
    expect(dequantiseNf4Double(quantiseNf4Double(zeros, [2, 64]))).toEqual(zeros);
  });

  it('takes 4.127 bits a weight', () => {
    const count = 4096 * 4096;
    expect((nf4DoubleBytes(count) * 8) / count).toBeCloseTo(4 + 8 / 64 + 32 / (64 * 256), 4);
  });

  it.each([
    ['one short second block', [24, 40]],
    ['whole second blocks', [256, 128]],
    ['a short one behind whole ones', [352, 128]],
  ] as const)('gives back exactly its weights in a graph: %s', async (_name, shape) => {
    const matrix = quantiseNf4Double(normalWeights(shape[0] * shape[1]), shape);
    const g = new Graph();
    g.output(
      'weight',
      nf4DoubleWeight(g, 'w', shape, () => matrix, null),
    );
    const runtime = await createNodeRuntime({ threads: 1 });
    const session = await runtime.createSession(encodeModel(g));
    const { weight } = await session.run({});
    expect(await weight!.read()).toEqual(dequantiseNf4Double(matrix));
  });

  it('E-4: stays four and eight bits wide in a session: ONNX Runtime folds nothing into fp32', async () => {
    const shape = [512, 512] as const;
    const matrix = quantiseNf4Double(normalWeights(512 * 512), shape);
    const g = new Graph();
    const x = g.input('x', [1, 512]);
    g.output(
      'y',
      g.gemm(
        x,
        nf4DoubleWeight(g, 'w', shape, () => matrix, null),
        false,
        true,
      ),
    );
    const file = join(await mkdtemp(join(tmpdir(), 'nf4-double-')), 'optimised.onnx');
    await ort.InferenceSession.create(encodeModel(g), {
      graphOptimizationLevel: 'all',
      optimizedModelFilePath: file,
      logSeverityLevel: 3,
    });
    // Beside the weights there are the table of byte pairs (2 KiB), the dynamic map (1 KiB) and the graph's text.
    // The maxima in fp32 would add 12 KiB, the weights a megabyte.
    expect((await stat(file)).size - nf4DoubleBytes(512 * 512)).toBeLessThan(6 * 1024);
  });
});
