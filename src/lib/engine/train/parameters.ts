/** The flat parameter vector on the host: initial values, and the way from and to named tensors. */
import { randomStream } from '../data/random.ts';
import type { NamedTensor } from '../formats/safetensors.ts';
import { elements } from '../graph/dtype.ts';
import type { Trainable } from '../methods/method.ts';

/** @param base tensors that `checkpoint` initial values are taken from */
export function initialParameters(
  trainables: readonly Trainable[],
  base: ReadonlyMap<string, NamedTensor>,
  seed: number,
): Float32Array {
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
        case 'checkpoint': {
          const tensor = base.get(initial.name);
          if (!tensor) throw new Error(`the base model lacks ${initial.name}`);
          return tensor.data;
        }
      }
    }),
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
