/**
 * AdamW whose moments are kept in 8 bits a value between steps, after Dettmers et al. 2022 (arXiv:2110.02861): blocks
 * of 256 values share their absolute maximum, and within a block small values get finer codes than large
 * ones. The step itself computes in fp32 on the unpacked moments.
 *
 * Two things differ from bitsandbytes. Its dynamic map is a table that is searched; no graph operator searches one,
 * so the codes here follow a curve that can be computed: y = t·|t| for the first moment, whose sign matters, and
 * y = t⁴ for the second, whose root is divided by and which must not round to zero early. And the graph has no
 * 8-bit arithmetic on a GPU: four codes of 215 levels stand in one int32 as digits (215⁴ < 2³¹).
 */
import { bytesOf, type Graph, type Tensor } from '../../graph/graph.ts';
import { adamScalars, adamStep } from './adamw.ts';
import type { OptimiserDefinition, OptimiserOf } from './optimiser.ts';

const BLOCK = 256;
const LEVELS = 215;
const DIGITS = 4;
/** Code of zero in the signed map, and steps on either side of it. */
const HALF = (LEVELS - 1) / 2;
/** Divides blocks of zeros. */
const SMALLEST = 1e-30;

const blocksOf = (size: number) => Math.ceil(size / BLOCK);

/** How a block's values over their maximum, y, become codes 0…214, and back. */
interface Curve {
  encode(g: Graph, y: Tensor): Tensor;
  decode(g: Graph, code: Tensor): Tensor;
}

/** y in −1…1 */
const SIGNED: Curve = {
  encode: (g, y) => {
    const root = g.sqrt(g.max(g.abs(y), g.scalar(SMALLEST)));
    return rounded(g, g.add(g.mul(g.div(y, root), g.scalar(HALF)), g.scalar(HALF)));
  },
  decode: (g, code) => {
    const t = g.mul(g.sub(code, g.scalar(HALF)), g.scalar(1 / HALF));
    return g.mul(t, g.abs(t));
  },
};

/** y in 0…1 */
const POSITIVE: Curve = {
  encode: (g, y) => rounded(g, g.mul(g.sqrt(g.sqrt(y)), g.scalar(LEVELS - 1))),
  decode: (g, code) => {
    const t = g.mul(code, g.scalar(1 / (LEVELS - 1)));
    const square = g.mul(t, t);
    return g.mul(square, square);
  },
};

function rounded(g: Graph, x: Tensor): Tensor {
  return g.floor(g.add(x, g.scalar(0.5)));
}

/** words [Q/4] int32, maxima [blocks,1] → the first `size` values [size] */
function unpack(g: Graph, words: Tensor, maxima: Tensor, curve: Curve, size: number): Tensor {
  const base = wholeNumber(g, LEVELS);
  const planes: Tensor[] = [];
  let rest = words;
  for (let digit = 0; digit < DIGITS; digit++) {
    const above = g.div(rest, base);
    planes.push(g.cast(g.sub(rest, g.mul(above, base)), g.real));
    rest = above;
  }
  const blocks = blocksOf(size);
  const y = curve.decode(g, g.reshape(g.concat(planes, 0), [blocks, BLOCK]));
  const flat = g.reshape(g.mul(y, maxima), [blocks * BLOCK]);
  return size < blocks * BLOCK ? g.slice(flat, 0, 0, size) : flat;
}

/** values [size] → words [Q/4] int32, maxima [blocks,1] */
function pack(g: Graph, values: Tensor, curve: Curve, size: number) {
  const blocks = blocksOf(size);
  const padded = blocks * BLOCK;
  const fill = padded - size;
  const all =
    fill > 0 ? g.concat([values, g.expand(g.reshape(g.scalar(0), [1]), [fill])], 0) : values;
  const table = g.reshape(all, [blocks, BLOCK]);
  const maxima = g.reduceMax(g.abs(table), [1]);
  const y = g.div(table, g.max(maxima, g.scalar(SMALLEST)));
  const codes = g.reshape(curve.encode(g, y), [padded]);
  // Cut while they are real numbers: ONNX Runtime makes one Split of the cuts, and its Split of int32 is no GPU's.
  // A sum of products would be one node less, but its sums of int32 pass through float32 on a GPU.
  const plane = (digit: number) => {
    const part = g.slice(codes, 0, (digit * padded) / DIGITS, ((digit + 1) * padded) / DIGITS);
    return g.cast(part, 'int32');
  };
  let words = plane(DIGITS - 1);
  for (let digit = DIGITS - 2; digit >= 0; digit--)
    words = g.add(g.mul(words, wholeNumber(g, LEVELS)), plane(digit));
  return { words, maxima };
}

function wholeNumber(g: Graph, value: number): Tensor {
  return g.share(`int32:${value}`, (name) =>
    g.initializer(name, [], bytesOf(Int32Array.of(value)), 'int32'),
  );
}

export const adamw8bit: OptimiserDefinition<OptimiserOf<'adamw-8bit'>> = {
  // All zeros at first: whatever the codes mean, with maxima of zero they stand for zeros.
  state: (size) => {
    const blocks = blocksOf(size);
    const words = { shape: [(blocks * BLOCK) / DIGITS], dtype: 'int32' as const };
    const maxima = { shape: [blocks, 1], dtype: 'float32' as const };
    return [
      { name: 'codes1', ...words },
      { name: 'maxima1', ...maxima },
      { name: 'codes2', ...words },
      { name: 'maxima2', ...maxima },
    ];
  },
  scalarNames: ['epsilon'],
  scalars: adamScalars,
  update(g, optimiser, gradient, { codes1, maxima1, codes2, maxima2 }, { epsilon }) {
    const size = gradient.shape[0]!;
    const moments = {
      moment1: unpack(g, codes1!, maxima1!, SIGNED, size),
      moment2: unpack(g, codes2!, maxima2!, POSITIVE, size),
    };
    const next = adamStep(g, optimiser, gradient, moments, epsilon!);
    const first = pack(g, next.moment1, SIGNED, size);
    const second = pack(g, next.moment2, POSITIVE, size);
    return {
      direction: next.direction,
      state: {
        codes1: first.words,
        maxima1: first.maxima,
        codes2: second.words,
        maxima2: second.maxima,
      },
    };
  },
};
