/**
 * The differentiable functions a decoder is made of, each with its gradient.
 *
 * In the comments d is the gradient of the loss with respect to the function's output. Each function is
 * checked against central finite differences in float64 (`functions.test.ts`).
 */
import type { Tape } from './autodiff.ts';
import { broadcast, dim, same, type Graph, type Tensor } from './graph.ts';
import type { Shape } from './dtype.ts';

/** x·Wᵀ, the layout of Hugging Face checkpoints. x [N,in], weight [out,in] → [N,out]. dx = d·W, dW = dᵀ·x */
export function linear(tape: Tape, x: Tensor, weight: Tensor): Tensor {
  const g = tape.graph;
  return tape.record(g.gemm(x, weight, false, true), [x, weight], (d) => [
    () => g.gemm(d, weight),
    () => g.gemm(d, x, true),
  ]);
}

/** Batched a·b over equal leading axes. da = d·bᵀ, db = aᵀ·d */
export function matmul(tape: Tape, a: Tensor, b: Tensor): Tensor {
  const g = tape.graph;
  return tape.record(g.matmul(a, b), [a, b], (d) => [
    () => g.matmul(d, swapLastAxes(g, b)),
    () => g.matmul(swapLastAxes(g, a), d),
  ]);
}

/** a + b with broadcasting. */
export function add(tape: Tape, a: Tensor, b: Tensor): Tensor {
  const g = tape.graph;
  return tape.record(g.add(a, b), [a, b], (d) => [
    () => unbroadcast(g, d, a.shape),
    () => unbroadcast(g, d, b.shape),
  ]);
}

/** a ⊙ b with broadcasting. da = d ⊙ b, db = d ⊙ a */
export function mul(tape: Tape, a: Tensor, b: Tensor): Tensor {
  const g = tape.graph;
  return tape.record(g.mul(a, b), [a, b], (d) => [
    () => unbroadcast(g, g.mul(d, b), a.shape),
    () => unbroadcast(g, g.mul(d, a), b.shape),
  ]);
}

/** a / b with broadcasting. da = d / b, db = −d ⊙ a / b² */
export function div(tape: Tape, a: Tensor, b: Tensor): Tensor {
  const g = tape.graph;
  const quotient = g.div(a, b);
  return tape.record(quotient, [a, b], (d) => [
    () => unbroadcast(g, g.div(d, b), a.shape),
    () => unbroadcast(g, g.mul(g.div(g.mul(d, quotient), b), g.scalar(-1)), b.shape),
  ]);
}

/** factor · a for a number. */
export function scale(tape: Tape, a: Tensor, factor: number): Tensor {
  return mul(tape, a, tape.graph.scalar(factor));
}

export function reshape(tape: Tape, a: Tensor, shape: Shape): Tensor {
  const g = tape.graph;
  const output = g.reshape(a, shape);
  if (output === a) return a;
  return tape.record(output, [a], (d) => [() => g.reshape(d, a.shape)]);
}

export function transpose(tape: Tape, a: Tensor, permutation: readonly number[]): Tensor {
  const g = tape.graph;
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  return tape.record(g.transpose(a, permutation), [a], (d) => [() => g.transpose(d, inverse)]);
}

/** Repeats along axes of size 1. d is summed back over them. */
export function expand(tape: Tape, a: Tensor, shape: Shape): Tensor {
  const g = tape.graph;
  return tape.record(g.expand(a, shape), [a], (d) => [() => unbroadcast(g, d, a.shape)]);
}

/** Elements start..end of one axis. d is padded with zeros back to the input's size. */
export function slice(tape: Tape, a: Tensor, axis: number, start: number, end: number): Tensor {
  const g = tape.graph;
  const zeros = (length: number) => {
    const shape = a.shape.map((size, index) => (index === axis ? length : size));
    return g.expand(
      g.reshape(
        g.scalar(0),
        shape.map(() => 1),
      ),
      shape,
    );
  };
  return tape.record(g.slice(a, axis, start, end), [a], (d) => [
    () => {
      const parts = [d];
      if (start > 0) parts.unshift(zeros(start));
      if (end < dim(a, axis)) parts.push(zeros(dim(a, axis) - end));
      return g.concat(parts, axis);
    },
  ]);
}

/** Tensors end to end along one axis. Each gets its part of d. */
export function concat(tape: Tape, parts: readonly Tensor[], axis: number): Tensor {
  const g = tape.graph;
  let end = 0;
  const places = parts.map((part) => ({ start: end, end: (end += dim(part, axis)) }));
  return tape.record(g.concat(parts, axis), parts, (d) =>
    places.map(
      ({ start, end }) =>
        () =>
          parts.length === 1 ? d : g.slice(d, axis, start, end),
    ),
  );
}

/** Softmax over the last axis. da = y ⊙ (d − Σ d⊙y) */
export function softmax(tape: Tape, a: Tensor): Tensor {
  const g = tape.graph;
  const y = g.softmax(a);
  return tape.record(y, [a], (d) => [() => g.mul(y, g.sub(d, g.reduceSum(g.mul(d, y), [-1])))]);
}

/** x · sigmoid(x), also called swish. With s = sigmoid(x): dx = d ⊙ (s + y ⊙ (1 − s)) */
export function silu(tape: Tape, x: Tensor): Tensor {
  const g = tape.graph;
  const s = g.sigmoid(x);
  const y = g.mul(x, s);
  return tape.record(y, [x], (d) => [() => g.mul(d, g.add(s, g.mul(y, g.sub(g.scalar(1), s))))]);
}

/** max(x, 0). dx = d where x > 0, else 0 */
export function relu(tape: Tape, x: Tensor): Tensor {
  const g = tape.graph;
  const zero = g.scalar(0);
  return tape.record(g.max(x, zero), [x], (d) => [
    () => g.mul(d, g.cast(g.greater(x, zero), x.dtype)),
  ]);
}

/** dx = d ⊙ (1 − y²) */
export function tanh(tape: Tape, x: Tensor): Tensor {
  const g = tape.graph;
  const y = g.tanh(x);
  return tape.record(y, [x], (d) => [() => g.mul(d, g.sub(g.scalar(1), g.mul(y, y)))]);
}

/** Euclidean norm of each row. x [M,K] → [M]. dx = d ⊙ x / norm */
export function rowNorms(tape: Tape, x: Tensor): Tensor {
  const g = tape.graph;
  const norms = g.sqrt(g.reduceSum(g.mul(x, x), [1]));
  const rows = dim(x, 0);
  return tape.record(g.reshape(norms, [rows]), [x], (d) => [
    () => g.mul(x, g.div(g.reshape(d, [rows, 1]), norms)),
  ]);
}

/**
 * Root-mean-square normalisation over the last axis, Zhang & Sennrich 2019 (arXiv:1910.07467).
 * x [...,D], gain [D] → x / sqrt(mean(x²) + epsilon) ⊙ gain.
 * With x̂ the normalised x, r the reciprocal root and e = d ⊙ gain: dx = r (e − x̂ mean(e ⊙ x̂)), dgain = Σ d ⊙ x̂
 */
export function rmsNorm(tape: Tape, x: Tensor, gain: Tensor, epsilon: number): Tensor {
  const g = tape.graph;
  const meanSquare = g.reduceMean(g.mul(x, x), [-1]);
  const r = g.reciprocal(g.sqrt(g.add(meanSquare, g.scalar(epsilon))));
  const normalised = g.mul(x, r);
  return tape.record(g.mul(normalised, gain), [x, gain], (d) => [
    () => {
      const e = g.mul(d, gain);
      const along = g.reduceMean(g.mul(e, normalised), [-1]);
      return g.mul(r, g.sub(e, g.mul(normalised, along)));
    },
    () => unbroadcast(g, g.mul(d, normalised), gain.shape),
  ]);
}

/**
 * Rows of an embedding table. table [V,D], ids [N] int32 → [N,D].
 * The gradient is a one-hot product, not a scatter: ScatterND with repeated indices is slow or absent on
 * GPUs. Where the graph only ever runs on a CPU, `scatter` is the faster way to the same sums.
 */
export function embedding(
  tape: Tape,
  table: Tensor,
  ids: Tensor,
  gradient: 'one-hot' | 'scatter' = 'one-hot',
): Tensor {
  const g = tape.graph;
  const rows = dim(table, 0);
  return tape.record(g.gather(table, ids), [table], (d) => [
    () =>
      gradient === 'scatter' ? g.scatterAdd(rows, ids, d) : g.gemm(g.oneHot(ids, rows), d, true),
  ]);
}

/** Picks one row of x per index, as a product with a one-hot matrix. x [N,D], rows [B] int32 → [B,D] */
export function selectRows(tape: Tape, x: Tensor, rows: Tensor): Tensor {
  const g = tape.graph;
  const pick = g.oneHot(rows, dim(x, 0));
  return tape.record(g.gemm(pick, x), [x], (d) => [() => g.gemm(pick, d, true)]);
}

/**
 * Mean cross-entropy in nats. logits [N,C], targets [N] int32, rowWeights [N,1] summing to 1 → [1].
 * dlogits = rowWeights ⊙ (softmax(logits) − onehot(targets))
 *
 * Written out, because ONNX LogSoftmax leaves the GPU in ONNX Runtime's WebGPU provider.
 */
export function crossEntropy(
  tape: Tape,
  logits: Tensor,
  targets: Tensor,
  rowWeights: Tensor,
): Tensor {
  const g = tape.graph;
  const shifted = g.sub(logits, g.reduceMax(logits, [-1]));
  const exponentials = g.exp(shifted);
  const total = g.reduceSum(exponentials, [-1]);
  const expected = g.oneHot(targets, dim(logits, 1));
  const ofTarget = g.reduceSum(g.mul(shifted, expected), [-1]);
  const perRow = g.mul(g.sub(g.log(total), ofTarget), rowWeights);
  const loss = g.reshape(g.reduceSum(perRow, [0]), [1]);
  return tape.record(loss, [logits], (d) => [
    () => {
      const probabilities = g.div(exponentials, total);
      const scaled = g.mul(rowWeights, g.reshape(d, [1, 1]));
      return g.mul(g.sub(probabilities, expected), scaled);
    },
  ]);
}

/** Sums a gradient over the axes along which an input of `shape` was broadcast. */
function unbroadcast(g: Graph, d: Tensor, shape: Shape): Tensor {
  if (same(d.shape, shape)) return d;
  const lead = d.shape.length - shape.length;
  broadcast(d.shape, shape);
  const axes = d.shape.flatMap((size, axis) =>
    axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : [],
  );
  return g.reshape(g.reduceSum(d, axes), shape);
}

function swapLastAxes(g: Graph, a: Tensor): Tensor {
  const axes = a.shape.map((_, axis) => axis);
  const last = axes.length - 1;
  [axes[last - 1], axes[last]] = [last, last - 1];
  return g.transpose(a, axes);
}
