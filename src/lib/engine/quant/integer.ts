/**
 * Symmetric block quantisation to int8 or int4: blocks of 32 along a row share one fp32 scale.
 *
 * A code c stands for c · scale, with scale = max|w| / 127 (int8) or max|w| / 7 (int4), rounded to nearest,
 * ties to even. This is the layout ONNX `DequantizeLinear` reads with `axis = 1, block_size = 32`.
 */
import { bytesOf, type Graph, type Tensor } from '../graph/graph.ts';

/** Weights that share one scale. */
export const BLOCK = 32;

export type IntegerFormat = 'int8' | 'int4';

const FORMATS: Record<IntegerFormat, { bits: 4 | 8; largest: number }> = {
  int8: { bits: 8, largest: 127 },
  int4: { bits: 4, largest: 7 },
};

export interface IntegerMatrix {
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
export function quantiseInteger(
  values: Float32Array,
  shape: readonly [number, number],
  format: IntegerFormat,
): IntegerMatrix {
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
export function dequantiseInteger({ format, codes, scales }: IntegerMatrix): Float32Array {
  const out = new Float32Array(scales.length * BLOCK);
  for (let i = 0; i < out.length; i++)
    out[i] = codeAt(codes, format, i) * scales[Math.floor(i / BLOCK)]!;
  return out;
}

/** The signed code of weight `i`. */
function codeAt(codes: Uint8Array, format: IntegerFormat, i: number): number {
  return format === 'int8' ? (codes[i]! << 24) >> 24 : (codes[i >> 1]! << (28 - (i & 1) * 4)) >> 28;
}

/** What the codes stand for, as a share of the block's largest magnitude: equal distances from −1 to 1. */
export function integerLevels(format: IntegerFormat): Float32Array {
  const { largest } = FORMATS[format];
  return Float32Array.from({ length: 2 * largest + 1 }, (_, i) => (i - largest) / largest);
}

/** Each weight's place among {@link integerLevels}. */
export function codesOfInteger({ format, shape, codes }: IntegerMatrix): Uint8Array {
  const { largest } = FORMATS[format];
  return Uint8Array.from(
    { length: shape[0] * shape[1] },
    (_, i) => codeAt(codes, format, i) + largest,
  );
}

/** Bytes a matrix of this shape takes in storage, scales included. */
export function integerBytes(count: number, format: IntegerFormat): number {
  return (count * FORMATS[format].bits) / 8 + (count / BLOCK) * 4;
}

/**
 * The stored matrix as a node of the graph that gives its weights back. → [out, in]
 * @param zero of a tape's second pass; null in the first
 */
export function integerWeight(
  g: Graph,
  name: string,
  shape: readonly [number, number],
  format: IntegerFormat,
  matrix: () => IntegerMatrix,
  zero: Tensor | null,
): Tensor {
  const [out, into] = shape;
  const codes = g.share(`${name}.codes`, () =>
    g.initializer(`${name}.codes`, shape, () => matrix().codes, format),
  );
  const scales = g.share(`${name}.scales`, () =>
    g.initializer(`${name}.scales`, [out, into / BLOCK], () => bytesOf(matrix().scales), 'float32'),
  );
  return g.dequantize(codes, zero ? g.add(scales, zero) : scales, BLOCK);
}

function clamp(value: number, largest: number): number {
  return Math.min(largest, Math.max(-largest, value));
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
