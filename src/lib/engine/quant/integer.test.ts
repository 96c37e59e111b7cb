import { describe, expect, it } from 'vitest';
import { randomStream } from '../data/random.ts';
import { BLOCK, dequantiseInteger as dequantise, quantiseInteger as quantise } from './integer.ts';

const random = randomStream(1, 'weights');
const shape = [8, 64] as const;
const weights = Float32Array.from({ length: 8 * 64 }, () => random.normal() * 0.04);

describe('block quantisation', () => {
  it.each([
    ['int8', 127],
    ['int4', 7],
  ] as const)('%s is never off by more than half a step of its block', (format, largest) => {
    const back = dequantise(quantise(weights, shape, format));
    for (let block = 0; block < weights.length / BLOCK; block++) {
      const part = weights.subarray(block * BLOCK, (block + 1) * BLOCK);
      const step = Math.max(...part.map(Math.abs)) / largest;
      part.forEach((weight, i) =>
        expect(Math.abs(back[block * BLOCK + i]! - weight)).toBeLessThanOrEqual(step * 0.5001),
      );
    }
  });

  it.each(['int8', 'int4'] as const)('%s keeps the largest weight of a block', (format) => {
    const back = dequantise(quantise(weights, shape, format));
    const peak = Math.max(...weights.subarray(0, BLOCK).map(Math.abs));
    expect(Math.max(...back.subarray(0, BLOCK).map(Math.abs))).toBeCloseTo(peak, 6);
  });

  it('keeps a block of zeros', () => {
    expect(dequantise(quantise(new Float32Array(64), [1, 64], 'int4'))).toEqual(
      new Float32Array(64),
    );
  });

  it('packs the earlier value of a pair into the low nibble', () => {
    const row = new Float32Array(32);
    row[0] = 7;
    row[1] = -1;
    expect(quantise(row, [1, 32], 'int4').codes[0]).toBe(0xf7);
  });

  it('refuses rows that are not whole blocks', () => {
    expect(() => quantise(new Float32Array(40), [1, 40], 'int8')).toThrow(RangeError);
  });

  it('has a relative error on normal weights that fits its width', () => {
    const error = (format: 'int8' | 'int4') => {
      const back = dequantise(quantise(weights, shape, format));
      const square = (values: Float32Array) =>
        values.reduce((sum, value) => sum + value * value, 0);
      return Math.sqrt(square(weights.map((w, i) => w - back[i]!)) / square(weights));
    };
    expect(error('int8')).toBeLessThan(0.01);
    expect(error('int4')).toBeGreaterThan(0.05);
    expect(error('int4')).toBeLessThan(0.12);
  });
});
