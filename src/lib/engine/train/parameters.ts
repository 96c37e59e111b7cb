/** The flat parameter vector on the host: initial values, and the way from and to named tensors. */
import { randomStream } from '../data/random.ts';
import type { Quantisation } from '../formats/recipe.ts';
import type { NamedTensor } from '../formats/safetensors.ts';
import { elements } from '../graph/dtype.ts';
import type { Trainable } from '../methods/method.ts';
import { roundedTo } from '../quant/quantise.ts';

/**
 * The vector [P] before the first step.
 * @param base the base model's tensors, in fp32
 * @param quantisation how the run stores its frozen matrices
 */
export function initialParameters(
  trainables: readonly Trainable[],
  base: ReadonlyMap<string, NamedTensor>,
  seed: number,
  quantisation: Quantisation = 'fp32',
): Float32Array {
  const tensor = (name: string) => {
    const found = base.get(name);
    if (!found) throw new Error(`the base model lacks ${name}`);
    return found;
  };
  return pack(
    trainables.map(({ name, shape, initial }) => {
      const random = randomStream(seed, name);
      const size = elements(shape);
      switch (initial.kind) {
        case 'zeros':
          return new Float32Array(size);
        case 'normal':
          return Float32Array.from({ length: size }, () => random.normal() * initial.deviation);
        case 'uniform':
          return Float32Array.from(
            { length: size },
            () => (2 * random.uniform() - 1) * initial.bound,
          );
        case 'ones':
          return new Float32Array(size).fill(1);
        case 'checkpoint':
          return tensor(initial.name).data;
        case 'row-norms':
          return rowNorms(stored(tensor(initial.name), quantisation), size);
      }
    }),
  );
}

/** A matrix as the run's graph computes with it. */
function stored({ data, shape }: NamedTensor, quantisation: Quantisation): Float32Array {
  return quantisation === 'fp32' ? data : roundedTo(quantisation, data, [shape[0]!, shape[1]!]);
}

function rowNorms(matrix: Float32Array, rows: number): Float32Array {
  const width = matrix.length / rows;
  return Float32Array.from({ length: rows }, (_, row) =>
    Math.hypot(...matrix.subarray(row * width, (row + 1) * width)),
  );
}

export function pack(parts: readonly Float32Array[]): Float32Array {
  const vector = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    vector.set(part, offset);
    offset += part.length;
  }
  return vector;
}

/** @param vector [P] @returns the tensors by name; their data are views of the vector */
export function unpack(
  trainables: readonly Trainable[],
  vector: Float32Array,
): Map<string, NamedTensor> {
  let offset = 0;
  return new Map(
    trainables.map(({ name, shape }) => {
      const data = vector.subarray(offset, (offset += elements(shape)));
      return [name, { shape, data }];
    }),
  );
}
