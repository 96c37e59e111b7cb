/**
 * NF4 with double quantisation, Dettmers et al. 2023 (arXiv:2305.14314), section 3: the blocks' fp32 maxima are
 * quantised in turn, which takes a weight from 4.5 bits to 4.127.
 *
 * As in bitsandbytes (`compress_statistics`): the mean of the maxima is taken off, blocks of 256 of them share
 * an fp32 absolute maximum of their own, and each takes the nearest value of the signed dynamic map. A block's
 * maximum is then code · second maximum + mean. A weight's code is chosen by its block's exact maximum.
 *
 * Checked bit for bit against scripts/fixtures/nf4_reference.py, a reference in PyTorch written from the published
 * procedure; not against bitsandbytes' binaries. One rounding is ours: the mean is summed in float64 and
 * rounded once, where PyTorch's float32 sum depends on the machine's vector width.
 */
import type { DType } from '../graph/dtype.ts';
import { bytesOf, type Graph, type Tensor } from '../graph/graph.ts';
import { DYNAMIC_MAP, nearestDynamicCode } from './dynamic-map.ts';
import {
  dequantiseNf4,
  nf4Blocks,
  nf4CodeBytes,
  quantiseNf4,
  unpackNf4,
  type Nf4Matrix,
} from './nf4.ts';

/** Maxima that share a second one. */
export const SECOND_BLOCK = 256;

export interface Nf4DoubleMatrix extends Pick<Nf4Matrix, 'shape' | 'codes'> {
  /** [blocks] one code of the dynamic map for each block's maximum. */
  maximumCodes: Uint8Array;
  /** [blocks / 256], rounded up. */
  secondMaxima: Float32Array;
  /** Mean of the blocks' maxima. */
  offset: number;
}

const { fround } = Math;

/** @param values [out, in], row-major; blocks run on across rows */
export function quantiseNf4Double(
  values: Float32Array,
  shape: readonly [number, number],
): Nf4DoubleMatrix {
  const { codes, maxima } = quantiseNf4(values, shape);
  const offset = fround(maxima.reduce((sum, value) => sum + value, 0) / maxima.length);
  const centred = maxima.map((value) => value - offset);
  const secondMaxima = new Float32Array(Math.ceil(maxima.length / SECOND_BLOCK));
  const maximumCodes = new Uint8Array(maxima.length);
  for (let second = 0; second < secondMaxima.length; second++) {
    const start = second * SECOND_BLOCK;
    const part = centred.subarray(start, start + SECOND_BLOCK);
    const peak = part.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    secondMaxima[second] = peak;
    // Equal maxima leave nothing but zeros, which stand for themselves.
    const divisor = peak === 0 ? 1 : peak;
    part.forEach((value, i) => {
      maximumCodes[start + i] = nearestDynamicCode(fround(value / divisor));
    });
  }
  return { shape, codes, maximumCodes, secondMaxima, offset };
}

/** The blocks' maxima that the codes stand for, [blocks]. */
export function maximaOf({
  maximumCodes,
  secondMaxima,
  offset,
}: Pick<Nf4DoubleMatrix, 'maximumCodes' | 'secondMaxima' | 'offset'>): Float32Array {
  return Float32Array.from(maximumCodes, (code, block) => {
    const scaled = fround(DYNAMIC_MAP[code]! * secondMaxima[Math.floor(block / SECOND_BLOCK)]!);
    return scaled + offset;
  });
}

/** The fp32 weights the codes stand for; the reference for what the graph computes. */
export function dequantiseNf4Double(matrix: Nf4DoubleMatrix): Float32Array {
  const { shape, codes } = matrix;
  return dequantiseNf4({ shape, codes, maxima: maximaOf(matrix) });
}

/** Bytes that `count` weights take in storage: 4 bits each, 8 a block, 32 for 256 blocks, and the mean. */
export function nf4DoubleBytes(count: number): number {
  const blocks = nf4Blocks(count);
  return nf4CodeBytes(blocks) + blocks + Math.ceil(blocks / SECOND_BLOCK) * 4 + 4;
}

/**
 * The stored matrix as nodes of the graph that give its weights back. → [out, in]
 * The maxima's codes go the way of the weights': see {@link unpackNf4}.
 */
export function nf4DoubleWeight(
  g: Graph,
  name: string,
  shape: readonly [number, number],
  matrix: () => Nf4DoubleMatrix,
  zero: Tensor | null,
): Tensor {
  const blocks = nf4Blocks(shape[0] * shape[1]);
  const seconds = Math.ceil(blocks / SECOND_BLOCK);
  const kept = (part: string, size: readonly number[], bytes: () => Uint8Array, dtype: DType) =>
    g.share(`${name}.${part}`, () => g.initializer(`${name}.${part}`, size, bytes, dtype));
  const stored = kept('maximumCodes', [blocks], () => matrix().maximumCodes, 'uint8');
  const secondMaxima = kept(
    'secondMaxima',
    [seconds, 1],
    () => bytesOf(matrix().secondMaxima),
    'float32',
  );
  const offset = kept('offset', [1, 1], () => bytesOf(Float32Array.of(matrix().offset)), 'float32');
  const indices = g.cast(g.dequantizeUnit(stored, zero), 'int32');
  const picked = g.gather(dynamicTable(g), indices);
  const whole = g.reshape(filledUp(g, picked, seconds * SECOND_BLOCK), [seconds, SECOND_BLOCK]);
  const centred = g.reshape(g.mul(whole, secondMaxima), [seconds * SECOND_BLOCK, 1]);
  const used = blocks < seconds * SECOND_BLOCK ? g.slice(centred, 0, 0, blocks) : centred;
  return unpackNf4(g, name, shape, () => matrix().codes, g.add(used, offset), zero);
}

/** Zeros below a column until it has `rows` of them. [n, 1] → [rows, 1] */
function filledUp(g: Graph, column: Tensor, rows: number): Tensor {
  const missing = rows - column.shape[0]!;
  if (missing === 0) return column;
  const zero = g.share('nf4-double-zero', (name) =>
    g.initializer(name, [1, 1], bytesOf(Float32Array.of(0)), 'float32'),
  );
  return g.concat([column, g.expand(zero, [missing, 1])], 0);
}

/** [256, 1] */
function dynamicTable(g: Graph): Tensor {
  return g.share('dynamic-map', (name) =>
    g.initializer(name, [DYNAMIC_MAP.length, 1], bytesOf(DYNAMIC_MAP), 'float32'),
  );
}
