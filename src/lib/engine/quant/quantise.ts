/**
 * Symmetric block quantisation of frozen weights: blocks of 32 along a row share one fp32 scale.
 *
 * A code c stands for c · scale, with scale = max|w| / 127 (int8) or max|w| / 7 (int4), rounded to nearest,
 * ties to even. This is the layout ONNX `DequantizeLinear` reads with `axis = 1, block_size = 32`.
 */
import type { Quantisation } from '../formats/recipe.ts';

/** Weights that share one scale. */
export const BLOCK = 32;

export type IntegerFormat = Exclude<Quantisation, 'fp32'>;

const FORMATS: Record<IntegerFormat, { bits: 4 | 8; largest: number }> = {
  int8: { bits: 8, largest: 127 },
  int4: { bits: 4, largest: 7 },
};

export interface QuantisedMatrix {
  format: IntegerFormat;
  /** [out, in] */
  shape: readonly [number, number];
  /** Two's complement; int4 packed two to a byte, the earlier value in the low nibble. */
  codes: Uint8Array;
  /** [out, in / BLOCK] */
  scales: Float32Array;
}

/**
 * @param values [out, in], row-major
 * @throws {RangeError} when a row is not a whole number of blocks
 */
export function quantise(
  values: Float32Array,
  shape: readonly [number, number],
  format: IntegerFormat,
): QuantisedMatrix {
  const [rows, columns] = shape;
  if (columns % BLOCK !== 0)
    throw new RangeError(`a row of ${columns} weights is not a whole number of blocks of ${BLOCK}`);
  const { bits, largest } = FORMATS[format];
  const codes = new Uint8Array((rows * columns * bits) / 8);
  const scales = new Float32Array((rows * columns) / BLOCK);
  for (let block = 0; block < scales.length; block++) {
    const start = block * BLOCK;
    let peak = 0;
    for (let i = start; i < start + BLOCK; i++) peak = Math.max(peak, Math.abs(values[i]!));
    const scale = Math.fround(peak / largest);
    scales[block] = scale;
    for (let i = start; i < start + BLOCK; i++) {
      const code = scale === 0 ? 0 : clamp(roundHalfEven(values[i]! / scale), largest);
      if (bits === 8) codes[i] = code;
      else codes[i >> 1]! |= (code & 15) << ((i & 1) * 4);
    }
  }
  return { format, shape, codes, scales };
}

/** The fp32 weights the codes stand for; the reference for what the graph computes. */
export function dequantise({ format, codes, scales }: QuantisedMatrix): Float32Array {
  const out = new Float32Array(scales.length * BLOCK);
  for (let i = 0; i < out.length; i++) {
    const code =
      format === 'int8' ? (codes[i]! << 24) >> 24 : (codes[i >> 1]! << (28 - (i & 1) * 4)) >> 28;
    out[i] = code * scales[Math.floor(i / BLOCK)]!;
  }
  return out;
}

/** Bytes a matrix of this shape takes in storage, scales included. */
export function storedBytes(shape: readonly number[], quantisation: Quantisation): number {
  const count = shape.reduce((product, size) => product * size, 1);
  if (quantisation === 'fp32') return count * 4;
  return (count * FORMATS[quantisation].bits) / 8 + (count / BLOCK) * 4;
}

function clamp(value: number, largest: number): number {
  return Math.min(largest, Math.max(-largest, value));
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
