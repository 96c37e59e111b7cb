/** How frozen weights are stored, one entry a format; the formats themselves stand in files of their own. */
import type { Quantisation } from '../formats/recipe.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import {
  BLOCK,
  codesOfInteger,
  dequantiseInteger,
  integerBytes,
  integerLevels,
  integerWeight,
  quantiseInteger,
} from './integer.ts';
import {
  codesOfNf4,
  dequantiseNf4,
  NF4_BLOCK,
  NF4_VALUES,
  nf4Bytes,
  nf4Weight,
  quantiseNf4,
} from './nf4.ts';
import {
  dequantiseNf4Double,
  nf4DoubleBytes,
  nf4DoubleWeight,
  quantiseNf4Double,
} from './nf4-double.ts';

/** Every format but fp32. */
export type QuantisedFormat = Exclude<Quantisation, 'fp32'>;

type MatrixShape = readonly [number, number];

interface Format {
  /** Bytes that `count` weights take in storage, scales included. */
  bytes(count: number): number;
  /** Stores the matrix in the graph and gives its weights back as a node. → [out, in] */
  weight(
    g: Graph,
    name: string,
    values: () => Float32Array,
    shape: MatrixShape,
    zero: Tensor | null,
  ): Tensor;
  /** What the stored codes stand for, computed on the host: the reference for the graph. */
  rounded(values: Float32Array, shape: MatrixShape): Float32Array;
  /** Weights in a row that share one scale. */
  block: number;
  /** What codes stand for, as a share of the largest magnitude of their block, in rising order. */
  levels: Float32Array;
  /** The level of each weight, by its place among `levels`. [out · in] */
  codes(values: Float32Array, shape: MatrixShape): Uint8Array;
}

const integer = (format: 'int8' | 'int4'): Format => ({
  bytes: (count) => integerBytes(count, format),
  weight: (g, name, values, shape, zero) =>
    integerWeight(
      g,
      name,
      shape,
      format,
      once(() => quantiseInteger(values(), shape, format)),
      zero,
    ),
  rounded: (values, shape) => dequantiseInteger(quantiseInteger(values, shape, format)),
  block: BLOCK,
  levels: integerLevels(format),
  codes: (values, shape) => codesOfInteger(quantiseInteger(values, shape, format)),
});

/** Double quantisation rounds the blocks' maxima; the codes and what they stand for are the same. */
const nf4Codebook: Pick<Format, 'block' | 'levels' | 'codes'> = {
  block: NF4_BLOCK,
  levels: NF4_VALUES,
  codes: (values, shape) => codesOfNf4(quantiseNf4(values, shape)),
};

const FORMATS: Record<QuantisedFormat, Format> = {
  int8: integer('int8'),
  int4: integer('int4'),
  nf4: {
    ...nf4Codebook,
    bytes: nf4Bytes,
    weight: (g, name, values, shape, zero) =>
      nf4Weight(
        g,
        name,
        shape,
        once(() => quantiseNf4(values(), shape)),
        zero,
      ),
    rounded: (values, shape) => dequantiseNf4(quantiseNf4(values, shape)),
  },
  'nf4-double': {
    ...nf4Codebook,
    bytes: nf4DoubleBytes,
    weight: (g, name, values, shape, zero) =>
      nf4DoubleWeight(
        g,
        name,
        shape,
        once(() => quantiseNf4Double(values(), shape)),
        zero,
      ),
    rounded: (values, shape) => dequantiseNf4Double(quantiseNf4Double(values, shape)),
  },
};

/** Bytes a matrix of this shape takes in storage, scales included. */
export function storedBytes(shape: readonly number[], quantisation: Quantisation): number {
  const count = shape.reduce((product, size) => product * size, 1);
  return quantisation === 'fp32' ? count * 4 : FORMATS[quantisation].bytes(count);
}

/**
 * A frozen matrix [out, in] in the graph, quantised when the graph is encoded.
 * @param zero of the tape's second pass, so that the weights unpacked for the first need not be kept for it
 */
export function quantisedWeight(
  g: Graph,
  name: string,
  values: () => Float32Array,
  shape: MatrixShape,
  format: QuantisedFormat,
  zero: Tensor | null = null,
): Tensor {
  // Codes and scales are float32 in a graph of float64, too.
  const ofScales = zero && zero.dtype !== 'float32' ? g.cast(zero, 'float32') : zero;
  return FORMATS[format].weight(g, name, values, shape, ofScales);
}

/** The matrix after rounding to the format and back. [out, in] */
export function roundedTo(
  format: QuantisedFormat,
  values: Float32Array,
  shape: MatrixShape,
): Float32Array {
  return FORMATS[format].rounded(values, shape);
}

/** The format's codebook, and which of its levels each weight of a matrix takes. */
export function codebookOf(format: QuantisedFormat): Pick<Format, 'block' | 'levels' | 'codes'> {
  return FORMATS[format];
}

/** Codes and scales come from one pass over the weights. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
