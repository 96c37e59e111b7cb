import { describe, expect, it } from 'vitest';
import { normals } from '../testing/gradient-check.ts';
import { NF4_VALUES } from '../quant/nf4.ts';
import { codebookOf, roundedTo, storedBytes } from '../quant/quantise.ts';
import {
  codeEntropy,
  commonSpan,
  ERROR_BINS,
  histogram,
  quantisationReport,
} from './quantisation.ts';

const FORMATS = ['int8', 'int4', 'nf4', 'nf4-double'] as const;
const shape = [64, 128] as const;
const weights = Float32Array.from(normals(shape[0] * shape[1], 'weights'), (value) => 0.05 * value);
const span = commonSpan(FORMATS, weights, shape);
const reports = FORMATS.map((format) => quantisationReport(format, weights, shape, span));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('what a format does to a matrix (N-22)', () => {
  it("has the error of the engine's own codes", () => {
    for (const { format, relative, largest, errors } of reports) {
      const error = roundedTo(format, weights, shape).map((value, i) => value - weights[i]!);
      expect(relative).toBeCloseTo(Math.hypot(...error) / Math.hypot(...weights), 6);
      expect(largest).toBe(Math.max(...error.map(Math.abs)));
      expect(errors).toEqual(histogram(error, span, ERROR_BINS));
      expect(sum(errors)).toBe(weights.length);
    }
  });

  it('counts bits from stored bytes', () => {
    expect(reports.map(({ bits }) => bits)).toEqual(
      FORMATS.map((format) => (8 * storedBytes(shape, format)) / weights.length),
    );
    expect(reports.map(({ bits }) => Number(bits.toFixed(2)))).toEqual([9, 5, 4.5, 4.13]);
  });

  it('finds int8 nearest and int4 farthest on a bell curve, and double quantisation next to free', () => {
    const [int8, int4, nf4, twice] = reports.map(({ relative }) => relative);
    expect(int8).toBeLessThan(nf4! / 5);
    expect(nf4).toBeLessThan(int4!);
    expect(Math.abs(twice! - nf4!) / nf4!).toBeLessThan(0.01);
  });

  it.each(FORMATS)('%s: level times block maximum is what the code stands for', (format) => {
    const { block, levels, codes } = codebookOf(format);
    const rounded = roundedTo(format, weights, shape);
    const taken = codes(weights, shape);
    expect([...levels]).toEqual([...levels].sort((a, b) => a - b));
    for (const i of [0, 1, 63, 64, 4097]) {
      const start = i - (i % block);
      const peak = Math.max(...weights.slice(start, start + block).map(Math.abs));
      const tolerance = format === 'nf4-double' ? 0.02 : 1e-5;
      expect(Math.abs(levels[taken[i]!]! * peak - rounded[i]!)).toBeLessThan(tolerance * peak);
    }
  });

  it('shows NF4 using its codes more evenly than int4 on a bell curve', () => {
    const bitsOf = (format: (typeof FORMATS)[number]) => {
      const { codes } = reports.find((report) => report.format === format)!;
      expect(sum(codes)).toBe(weights.length);
      return codeEntropy(codes);
    };
    expect(codebookOf('nf4').levels).toBe(NF4_VALUES);
    expect(bitsOf('nf4')).toBeGreaterThan(bitsOf('int4') + 0.1);
    expect(bitsOf('nf4')).toBeLessThanOrEqual(4);
    expect(codeEntropy([5, 5, 5, 5])).toBe(2);
    expect(codeEntropy([5, 0])).toBe(0);
  });

  it('leaves zeros as they are', () => {
    const zeros = quantisationReport('nf4', new Float32Array(128), [1, 128], 0);
    expect(zeros).toMatchObject({ relative: 0, largest: 0 });
    expect(zeros.errors[(ERROR_BINS - 1) / 2]).toBe(128);
  });
});
