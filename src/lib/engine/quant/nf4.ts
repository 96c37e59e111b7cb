/**
 * 4-bit NormalFloat, Dettmers et al. 2023 (arXiv:2305.14314), as bitsandbytes stores it: sixteen values at the
 * quantiles of a normal distribution, blocks of 64 in row-major order with one fp32 absolute maximum each.
 *
 * A weight is divided by its block's maximum and takes the nearest of the sixteen values, the lower one on a
 * tie; the earlier weight of a pair stands in the high nibble. Everything is rounded as float32 arithmetic
 * rounds it: codes, maxima and weights agree bit for bit with a reference in PyTorch that was written from
 * bitsandbytes' published procedure (scripts/fixtures/nf4_reference.py), not with bitsandbytes' own binaries, whose
 * CUDA kernel multiplies by the maximum's reciprocal where this divides. The maxima are quantised again in
 * `nf4-double.ts`.
 */
import { bytesOf, type Graph, type Tensor } from '../graph/graph.ts';

/** Weights that share one absolute maximum. */
export const NF4_BLOCK = 64;

/** The sixteen values, by code. bitsandbytes, `create_normal_map`. */
export const NF4_VALUES = Float32Array.of(
  -1,
  -0.6961928009986877,
  -0.5250730514526367,
  -0.39491748809814453,
  -0.28444138169288635,
  -0.18477343022823334,
  -0.09105003625154495,
  0,
  0.07958029955625534,
  0.16093020141124725,
  0.24611230194568634,
  0.33791524171829224,
  0.44070982933044434,
  0.5626170039176941,
  0.7229568362236023,
  1,
);

/** Between each value and the next; a number above the i-th takes a code above i. */
const MIDPOINTS = NF4_VALUES.slice(0, -1).map((value, i) => (value + NF4_VALUES[i + 1]!) / 2);

/** Divides blocks of zeros. */
const SMALLEST = Math.fround(1e-38);

export interface Nf4Matrix {
  /** [out, in] */
  shape: readonly [number, number];
  /** Two codes to a byte, the earlier in the high nibble; a short last block is filled up with zeros. */
  codes: Uint8Array;
  /** [blocks] */
  maxima: Float32Array;
}

/** @param values [out, in], row-major; blocks run on across rows */
export function quantiseNf4(values: Float32Array, shape: readonly [number, number]): Nf4Matrix {
  const blocks = nf4Blocks(values.length);
  const codes = new Uint8Array(nf4CodeBytes(blocks));
  const maxima = new Float32Array(blocks);
  for (let block = 0; block < blocks; block++) {
    const start = block * NF4_BLOCK;
    let peak = 0;
    for (let i = start; i < start + NF4_BLOCK; i++) peak = Math.max(peak, Math.abs(values[i] ?? 0));
    maxima[block] = peak;
    const divisor = Math.max(peak, SMALLEST);
    for (let i = start; i < start + NF4_BLOCK; i++) {
      const code = nearestCode(Math.fround((values[i] ?? 0) / divisor));
      codes[i >> 1]! |= i & 1 ? code : code << 4;
    }
  }
  return { shape, codes, maxima };
}

/** @param value in −1…1 */
function nearestCode(value: number): number {
  let code = 0;
  while (code < MIDPOINTS.length && value > MIDPOINTS[code]!) code++;
  return code;
}

/** The fp32 weights the codes stand for; the reference for what the graph computes. */
export function dequantiseNf4({ shape, codes, maxima }: Nf4Matrix): Float32Array {
  return Float32Array.from(
    codesOfNf4({ shape, codes }),
    (code, i) => NF4_VALUES[code]! * maxima[Math.floor(i / NF4_BLOCK)]!,
  );
}

/** Each weight's place among {@link NF4_VALUES}. [out · in] */
export function codesOfNf4({ shape, codes }: Pick<Nf4Matrix, 'shape' | 'codes'>): Uint8Array {
  return Uint8Array.from({ length: shape[0] * shape[1] }, (_, i) =>
    i & 1 ? codes[i >> 1]! & 15 : codes[i >> 1]! >> 4,
  );
}

/** Blocks that `count` weights fill; the last may be short. */
export function nf4Blocks(count: number): number {
  return Math.ceil(count / NF4_BLOCK);
}

/** Bytes of the codes of so many blocks. */
export function nf4CodeBytes(blocks: number): number {
  return (blocks * NF4_BLOCK) / 2;
}

/** Bytes that `count` weights take in storage, maxima included: 4.5 bits each. */
export function nf4Bytes(count: number): number {
  const blocks = nf4Blocks(count);
  return nf4CodeBytes(blocks) + blocks * 4;
}

/** The stored matrix as nodes of the graph that give its weights back. → [out, in] */
export function nf4Weight(
  g: Graph,
  name: string,
  shape: readonly [number, number],
  matrix: () => Nf4Matrix,
  zero: Tensor | null,
): Tensor {
  const blocks = nf4Blocks(shape[0] * shape[1]);
  const values = () => bytesOf(matrix().maxima);
  const maxima = g.share(`${name}.maxima`, () =>
    g.initializer(`${name}.maxima`, [blocks, 1], values, 'float32'),
  );
  return unpackNf4(g, name, shape, () => matrix().codes, maxima, zero);
}

/**
 * Codes times their blocks' maxima [blocks, 1] as nodes of the graph. → [out, in]
 *
 * No ONNX operator of all three providers reads a codebook, so each byte picks its pair of values from a table
 * of 256 rows. The bytes pass through DequantizeLinear with scale 1 on their way to an index: ONNX Runtime folds
 * every other operator on a constant, and would keep the whole matrix as fp32.
 */
export function unpackNf4(
  g: Graph,
  name: string,
  shape: readonly [number, number],
  codes: () => Uint8Array,
  maxima: Tensor,
  zero: Tensor | null,
): Tensor {
  const count = shape[0] * shape[1];
  const blocks = nf4Blocks(count);
  const stored = g.share(`${name}.codes`, () =>
    g.initializer(`${name}.codes`, [nf4CodeBytes(blocks)], codes, 'uint8'),
  );
  const bytes = g.cast(g.dequantizeUnit(stored, zero), 'int32');
  const pairs = g.gather(pairTable(g), bytes);
  const scaled = g.mul(g.reshape(pairs, [blocks, NF4_BLOCK]), maxima);
  const flat = g.reshape(scaled, [blocks * NF4_BLOCK]);
  const weight = g.reshape(count < flat.shape[0]! ? g.slice(flat, 0, 0, count) : flat, shape);
  return g.real === 'float32' ? weight : g.cast(weight, g.real);
}

/** [256, 2]: the values of a byte's high and low nibble. */
function pairTable(g: Graph): Tensor {
  return g.share('nf4-pairs', (name) => {
    const table = Float32Array.from(
      { length: 512 },
      (_, i) => NF4_VALUES[i & 1 ? (i >> 1) & 15 : i >> 5]!,
    );
    return g.initializer(name, [256, 2], bytesOf(table), 'float32');
  });
}
