/**
 * A typed builder of static ONNX graphs.
 *
 * Every method adds one ONNX node and infers its output shape, so that a wrong shape fails while the
 * graph is built, at the line that built it, and not inside a runtime. Nothing here knows about
 * gradients: see `autodiff.ts`. Only operators with kernels in ONNX Runtime's CPU, WASM and WebGPU
 * providers are offered, because the same bytes must run on all three.
 *
 * The file exceeds 300 lines because the operator set is one list.
 */
import { byteLength, DTYPES, elements, type DType, type Shape } from './dtype.ts';

/** A value of the graph. Tensors are immutable and belong to the graph that made them. */
export interface Tensor {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Integer, list of integers, or text: the operators used here take no others. */
export type Attribute = number | readonly number[] | string;

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Of the output. */
  readonly shape: Shape;
  readonly dtype: DType;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Initializer extends Tensor {
  /**
   * Raw little-endian bytes, int4 packed two to a byte, first value in the low nibble. Asked for only when
   * the graph is encoded, so that a graph can be built and counted before any weight has been loaded.
   * @throws {ShapeError} when there are more or fewer than the shape says
   */
  readonly bytes: () => Uint8Array;
}

/** Values that are at hand, or a way to get them once they are needed. */
export type Lazy<T> = T | (() => T);

export class ShapeError extends Error {
  override name = 'ShapeError';
}

export class Graph {
  readonly inputs: Tensor[] = [];
  readonly outputs: Tensor[] = [];
  readonly nodes: Node[] = [];
  readonly initializers: Initializer[] = [];
  #unnamed = 0;
  readonly #shared = new Map<string, Tensor>();

  /** @param real floating type of the graph: float32 to run, float64 to check gradients. */
  constructor(readonly real: 'float32' | 'float64' = 'float32') {}

  // ---- inputs, constants, outputs

  input(name: string, shape: Shape, dtype: DType = this.real): Tensor {
    const tensor = { name, shape, dtype };
    this.inputs.push(tensor);
    return tensor;
  }

  /** A frozen tensor stored in the graph. @throws {ShapeError} when `data` has another length than `shape` says. */
  initializer(name: string, shape: Shape, data: Lazy<Uint8Array>, dtype: DType): Tensor {
    const checked = (bytes: Uint8Array) => {
      const needed = byteLength(shape, dtype);
      if (bytes.byteLength === needed) return bytes;
      throw new ShapeError(
        `${name}: ${bytes.byteLength} bytes given, ${needed} needed for [${shape.join()}] ${dtype}`,
      );
    };
    if (typeof data !== 'function') checked(data);
    const bytes = () => checked(typeof data === 'function' ? data() : data);
    const tensor = { name, shape, dtype, bytes };
    this.initializers.push(tensor);
    return tensor;
  }

  /** A frozen tensor of the graph's floating type. */
  weights(name: string, shape: Shape, values: Lazy<ArrayLike<number>>): Tensor {
    const data =
      typeof values === 'function' ? () => this.#realBytes(values()) : this.#realBytes(values);
    return this.initializer(name, shape, data, this.real);
  }

  /** A scalar of the graph's floating type; equal scalars share one initializer. */
  scalar(value: number): Tensor {
    return this.share(`scalar:${value}`, (name) => this.weights(name, [], [value]));
  }

  /** Makes a constant once per key, however often it is asked for. */
  share(key: string, make: (name: string) => Tensor): Tensor {
    let tensor = this.#shared.get(key);
    if (!tensor) {
      tensor = make(`const:${key}`);
      this.#shared.set(key, tensor);
    }
    return tensor;
  }

  /** Declares `tensor` a result of the graph under `name`. */
  output(name: string, tensor: Tensor): void {
    this.#push('Identity', [tensor], { ...tensor, name }, {});
    this.outputs.push({ name, shape: tensor.shape, dtype: tensor.dtype });
  }

  // ---- matrix products

  /** op(a)·op(b) for matrices; op transposes when asked. [M,K]·[K,N] → [M,N] */
  gemm(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
    matrix(a);
    matrix(b);
    const [m, k] = transposeA ? [dim(a, 1), dim(a, 0)] : [dim(a, 0), dim(a, 1)];
    const [k2, n] = transposeB ? [dim(b, 1), dim(b, 0)] : [dim(b, 0), dim(b, 1)];
    if (k !== k2) throw new ShapeError(`Gemm: inner sizes ${k} and ${k2} differ`);
    return this.#node('Gemm', [a, b], [m, n], {
      transA: Number(transposeA),
      transB: Number(transposeB),
    });
  }

  /** Batched product over equal leading axes. [...,M,K]·[...,K,N] → [...,M,N] */
  matmul(a: Tensor, b: Tensor): Tensor {
    const k = dim(a, -1);
    if (k !== dim(b, -2)) throw new ShapeError(`MatMul: [${a.shape.join()}]·[${b.shape.join()}]`);
    const lead = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return this.#node('MatMul', [a, b], [...lead, dim(a, -2), dim(b, -1)]);
  }

  // ---- elementwise, with NumPy broadcasting

  add(a: Tensor, b: Tensor): Tensor {
    return this.#broadcasting('Add', a, b);
  }
  sub(a: Tensor, b: Tensor): Tensor {
    return this.#broadcasting('Sub', a, b);
  }
  mul(a: Tensor, b: Tensor): Tensor {
    return this.#broadcasting('Mul', a, b);
  }
  div(a: Tensor, b: Tensor): Tensor {
    return this.#broadcasting('Div', a, b);
  }
  max(a: Tensor, b: Tensor): Tensor {
    return this.#broadcasting('Max', a, b);
  }
  min(a: Tensor, b: Tensor): Tensor {
    return this.#broadcasting('Min', a, b);
  }
  /** True where equal, as bool. */
  equal(a: Tensor, b: Tensor): Tensor {
    return this.#broadcasting('Equal', a, b, 'bool');
  }
  greater(a: Tensor, b: Tensor): Tensor {
    return this.#broadcasting('Greater', a, b, 'bool');
  }
  greaterOrEqual(a: Tensor, b: Tensor): Tensor {
    return this.#broadcasting('GreaterOrEqual', a, b, 'bool');
  }
  abs(a: Tensor): Tensor {
    return this.#node('Abs', [a], a.shape);
  }
  /** The largest whole number that is not above. */
  floor(a: Tensor): Tensor {
    return this.#node('Floor', [a], a.shape);
  }
  tanh(a: Tensor): Tensor {
    return this.#node('Tanh', [a], a.shape);
  }
  sqrt(a: Tensor): Tensor {
    return this.#node('Sqrt', [a], a.shape);
  }
  exp(a: Tensor): Tensor {
    return this.#node('Exp', [a], a.shape);
  }
  log(a: Tensor): Tensor {
    return this.#node('Log', [a], a.shape);
  }
  sigmoid(a: Tensor): Tensor {
    return this.#node('Sigmoid', [a], a.shape);
  }
  reciprocal(a: Tensor): Tensor {
    return this.#node('Reciprocal', [a], a.shape);
  }
  /** Softmax over the last axis. */
  softmax(a: Tensor): Tensor {
    return this.#node('Softmax', [a], a.shape, { axis: -1 });
  }
  cast(a: Tensor, to: DType): Tensor {
    return this.#node('Cast', [a], a.shape, { to: DTYPES[to].code }, to);
  }

  // ---- reductions; the reduced axes stay with size 1

  reduceSum(a: Tensor, axes: readonly number[]): Tensor {
    return this.#reduce('ReduceSum', a, axes);
  }
  reduceMean(a: Tensor, axes: readonly number[]): Tensor {
    return this.#reduce('ReduceMean', a, axes);
  }
  reduceMax(a: Tensor, axes: readonly number[]): Tensor {
    return this.#reduce('ReduceMax', a, axes);
  }

  // ---- shape and selection

  reshape(a: Tensor, shape: Shape): Tensor {
    if (elements(shape) !== elements(a.shape))
      throw new ShapeError(`Reshape: [${a.shape.join()}] to [${shape.join()}]`);
    return same(a.shape, shape) ? a : this.#node('Reshape', [a, this.#int64(shape)], shape);
  }
  transpose(a: Tensor, permutation: readonly number[]): Tensor {
    return this.#node(
      'Transpose',
      [a],
      permutation.map((axis) => dim(a, axis)),
      { perm: permutation },
    );
  }
  expand(a: Tensor, shape: Shape): Tensor {
    if (!same(broadcast(a.shape, shape), shape))
      throw new ShapeError(`Expand: [${a.shape.join()}] to [${shape.join()}]`);
    return this.#node('Expand', [a, this.#int64(shape)], shape);
  }
  concat(parts: readonly Tensor[], axis: number): Tensor {
    const first = parts[0];
    if (!first) throw new ShapeError('Concat: nothing to join');
    if (parts.length === 1) return first;
    const shape = first.shape.map((size, index) =>
      index === axis ? parts.reduce((total, part) => total + dim(part, axis), 0) : size,
    );
    return this.#node('Concat', parts, shape, { axis });
  }
  /** Elements `start` to `end` (exclusive) along one axis. */
  slice(a: Tensor, axis: number, start: number, end: number): Tensor {
    if (start < 0 || end > dim(a, axis) || start >= end)
      throw new ShapeError(`Slice: ${start}..${end} of axis ${axis} of [${a.shape.join()}]`);
    const shape = a.shape.map((size, index) => (index === axis ? end - start : size));
    return this.#node(
      'Slice',
      [a, this.#int64([start]), this.#int64([end]), this.#int64([axis])],
      shape,
    );
  }
  /** Rows of a matrix. table [V,D], indices [N] int32 → [N,D] */
  gather(table: Tensor, indices: Tensor): Tensor {
    matrix(table);
    return this.#node('Gather', [table, indices], [...indices.shape, dim(table, 1)], { axis: 0 });
  }
  /**
   * Adds rows of `updates` into a zero matrix; rows that share an index add up.
   * indices [N] int32, updates [N,D] → [V,D]
   */
  scatterAdd(rows: number, indices: Tensor, updates: Tensor): Tensor {
    const width = dim(updates, 1);
    const zeros = this.share(`zeros:${rows}x${width}`, (name) =>
      this.weights(name, [rows, width], new Float32Array(rows * width)),
    );
    const at = this.cast(this.reshape(indices, [dim(indices, 0), 1]), 'int64');
    return this.#node(
      'ScatterND',
      [zeros, at, updates],
      [rows, width],
      { reduction: 'add' },
      this.real,
    );
  }
  /** indices [N] int32 → [N,classes], 1 at each row's index and 0 elsewhere. */
  oneHot(indices: Tensor, classes: number): Tensor {
    const range = this.share(`range:${classes}`, (name) =>
      this.initializer(
        name,
        [1, classes],
        bytesOf(Int32Array.from({ length: classes }, (_, index) => index)),
        'int32',
      ),
    );
    const column = this.reshape(indices, [dim(indices, 0), 1]);
    return this.cast(this.equal(column, range), this.real);
  }

  /**
   * code × scale for symmetric blocks along the last axis.
   * codes [out,in] int8 or int4, scales [out,in/block] float32 → [out,in]
   */
  dequantize(codes: Tensor, scales: Tensor, block: number): Tensor {
    const real = this.#node(
      'DequantizeLinear',
      [codes, scales],
      codes.shape,
      { axis: 1, block_size: block },
      'float32',
    );
    return this.real === 'float32' ? real : this.cast(real, this.real);
  }

  /**
   * Codes as real numbers: DequantizeLinear with scale 1. codes [...] uint8 → [...] float32
   * @param zero added to the scale, so that a second reading is not taken for the first
   */
  dequantizeUnit(codes: Tensor, zero: Tensor | null = null): Tensor {
    const unit = this.share('unit-scale', (name) =>
      this.initializer(name, [], bytesOf(Float32Array.of(1)), 'float32'),
    );
    const one = zero ? this.add(unit, zero) : unit;
    return this.#node('DequantizeLinear', [codes, one], codes.shape, {}, 'float32');
  }

  // ---- internals

  #realBytes(values: ArrayLike<number>): Uint8Array {
    if (this.real === 'float64') return bytesOf(Float64Array.from(values));
    return bytesOf(values instanceof Float32Array ? values : Float32Array.from(values));
  }

  #broadcasting(op: string, a: Tensor, b: Tensor, dtype: DType = a.dtype): Tensor {
    if (a.dtype !== b.dtype) throw new ShapeError(`${op}: ${a.dtype} and ${b.dtype}`);
    return this.#node(op, [a, b], broadcast(a.shape, b.shape), {}, dtype);
  }

  #reduce(op: string, a: Tensor, axes: readonly number[]): Tensor {
    const positive = axes.map((axis) => (axis < 0 ? axis + a.shape.length : axis));
    const shape = a.shape.map((size, index) => (positive.includes(index) ? 1 : size));
    return this.#node(op, [a, this.#int64(positive)], shape, { keepdims: 1 });
  }

  #int64(values: readonly number[]): Tensor {
    return this.share(`int64:${values.join()}`, (name) =>
      this.initializer(name, [values.length], bytesOf(BigInt64Array.from(values, BigInt)), 'int64'),
    );
  }

  #node(
    op: string,
    inputs: readonly Tensor[],
    shape: Shape,
    attributes: Record<string, Attribute> = {},
    dtype: DType = inputs[0]?.dtype ?? this.real,
  ): Tensor {
    const output = { name: `${op}_${this.#unnamed++}`, shape, dtype };
    this.#push(op, inputs, output, attributes);
    return output;
  }

  #push(
    op: string,
    inputs: readonly Tensor[],
    { name: output, shape, dtype }: Tensor,
    attributes: Record<string, Attribute>,
  ): void {
    const names = inputs.map((tensor) => tensor.name);
    this.nodes.push({ op, inputs: names, output, shape, dtype, attributes });
  }
}

/** Size of one axis; negative axes count from the end. */
export function dim(tensor: Tensor, axis: number): number {
  const size = tensor.shape[axis < 0 ? axis + tensor.shape.length : axis];
  if (size === undefined) throw new ShapeError(`[${tensor.shape.join()}] has no axis ${axis}`);
  return size;
}

/** NumPy's rule: align at the last axis; sizes must be equal or 1. */
export function broadcast(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, index) => {
    const x = a[a.length - rank + index] ?? 1;
    const y = b[b.length - rank + index] ?? 1;
    if (x !== y && x !== 1 && y !== 1)
      throw new ShapeError(`[${a.join()}] and [${b.join()}] do not broadcast`);
    return Math.max(x, y);
  });
}

export function same(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, index) => size === b[index]);
}

/** The bytes of a typed array, without copying. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function matrix(tensor: Tensor): void {
  if (tensor.shape.length !== 2)
    throw new ShapeError(`a matrix is needed, [${tensor.shape.join()}] given`);
}
