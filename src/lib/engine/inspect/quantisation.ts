/**
 * What storing a matrix in a format does to its numbers: the error it leaves, and how the weights fall on the format's
 * codebook. Computed from the codes that training and inference use (`quant/`), never from a model of them.
 */
import type { QuantisedFormat } from '../quant/quantise.ts';
import { codebookOf, roundedTo, storedBytes } from '../quant/quantise.ts';

/** Odd, so that one bin is centred on zero. */
export const ERROR_BINS = 61;
export const WEIGHT_BINS = 81;

export interface QuantisationReport {
  format: QuantisedFormat;
  /** Bits a weight takes in storage, scales included: counted from the bytes. */
  bits: number;
  /** ‖Ŵ − W‖ / ‖W‖, Frobenius norms. */
  relative: number;
  /** Largest |Ŵ − W|, in the unit of the weights. */
  largest: number;
  /** Numbers of weights by error Ŵ − W, {@link ERROR_BINS} bins of equal width over −span…span. */
  errors: readonly number[];
  /** Numbers of weights that take each code, in the order of the codebook's levels. */
  codes: readonly number[];
  /** Numbers of weights by w / largest |w| of their block, {@link WEIGHT_BINS} bins of equal width over −1…1. */
  shares: readonly number[];
}

/**
 * @param values [out, in], row-major
 * @param span half the width of the histogram of errors, in the unit of the weights: the same for formats that are compared
 */
export function quantisationReport(
  format: QuantisedFormat,
  values: Float32Array,
  shape: readonly [number, number],
  span: number,
): QuantisationReport {
  const { block, levels, codes } = codebookOf(format);
  const error = errorOf(format, values, shape);
  const counts = new Array<number>(levels.length).fill(0);
  for (const code of codes(values, shape)) counts[code]! += 1;
  const shares = values.map((value, i) => {
    const start = i - (i % block);
    const peak = largestOf(values.subarray(start, start + block));
    return peak === 0 ? 0 : value / peak;
  });
  return {
    format,
    bits: (8 * storedBytes(shape, format)) / values.length,
    relative: norm(values) > 0 ? norm(error) / norm(values) : 0,
    largest: largestOf(error),
    errors: histogram(error, span, ERROR_BINS),
    codes: counts,
    shares: histogram(shares, 1, WEIGHT_BINS),
  };
}

/** The largest error that any of the formats makes: the span on which they can be compared. */
export function commonSpan(
  formats: readonly QuantisedFormat[],
  values: Float32Array,
  shape: readonly [number, number],
): number {
  return Math.max(...formats.map((format) => largestOf(errorOf(format, values, shape))));
}

/** Ŵ − W by the engine's own codes, number by number. [out, in] */
export function errorOf(
  format: QuantisedFormat,
  values: Float32Array,
  shape: readonly [number, number],
): Float32Array {
  return roundedTo(format, values, shape).map((rounded, i) => rounded - values[i]!);
}

/** Values at or beyond either end count in the last bin there. */
export function histogram(values: Float32Array, span: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const at = span > 0 ? Math.floor(((value + span) / (2 * span)) * bins) : (bins - 1) / 2;
    counts[Math.max(0, Math.min(bins - 1, at))]! += 1;
  }
  return counts;
}

function largestOf(values: Float32Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

function norm(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

/** Bits that a code carries on average, Shannon's −Σ p log₂ p: of 4 or 8, all where every code is used equally often. */
export function codeEntropy(codes: readonly number[]): number {
  const total = codes.reduce((sum, count) => sum + count, 0);
  return codes.reduce((bits, count) => {
    const share = count / Math.max(1, total);
    return count === 0 ? bits : bits - share * Math.log2(share);
  }, 0);
}
