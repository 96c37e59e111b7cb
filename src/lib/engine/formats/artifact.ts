/**
 * The artifact: the tensors a run trained, as safetensors. For LoRA, IA³ and prefixes the file is an adapter that
 * Python `peft` loads, with the `adapter_config.json` of `peft.ts` beside it; for the other methods it holds the
 * trained tensors under their Hugging Face or AdapterHub names.
 *
 * Reading is the trust boundary: the server evaluates files that anyone may send. Names, shapes, types and
 * values are checked against what the recipe trains, and nothing is allocated before the header has passed.
 */
import type { Trainable } from '../methods/method.ts';
import type { Shape } from '../graph/dtype.ts';
import { same } from '../graph/graph.ts';
import { pack, unpack } from '../train/parameters.ts';
import {
  readHeader,
  readSafetensors,
  SafetensorsError,
  writeSafetensors,
  type TensorEntry,
} from './safetensors.ts';

/** What Python `peft` puts before the names of a wrapped model's tensors, and some exporters forget. */
const WRAPPED = /^base_model\.model\./;

/** Its message is a sentence for the person who sent the file. */
export class ArtifactError extends Error {
  override name = 'ArtifactError';
}

/** @param parameters flat vector [P] in the trainables' order */
export function writeArtifact(
  trainables: readonly Trainable[],
  parameters: Float32Array,
): Uint8Array<ArrayBuffer> {
  return writeSafetensors(unpack(trainables, parameters));
}

/**
 * The flat parameter vector [P] that the file holds.
 * @throws {ArtifactError} when it is not exactly what `trainables` describe, or holds NaN or infinity
 */
export function readArtifact(file: Uint8Array, trainables: readonly Trainable[]): Float32Array {
  try {
    checkHeader(file, trainables);
    const tensors = readSafetensors(file);
    return pack(
      trainables.map(({ name }) => {
        const { data } = tensors.get(name)!;
        if (!data.every(Number.isFinite))
          throw new ArtifactError(`${name} holds values that are not finite.`);
        return data;
      }),
    );
  } catch (error) {
    if (error instanceof SafetensorsError)
      throw new ArtifactError(`The file cannot be read: ${error.message}.`);
    throw error;
  }
}

function checkHeader(file: Uint8Array, trainables: readonly Trainable[]): void {
  const entries = new Map(readHeader(file).map((entry) => [entry.name, entry]));
  for (const { name, shape } of trainables) {
    const entry = entries.get(name);
    if (!entry) throw new ArtifactError(reasonOfLack(name, (other) => entries.has(other)));
    if (!same(entry.shape, shape)) throw new ArtifactError(reasonOfShape(entry, shape));
    entries.delete(name);
  }
  const [extra] = entries.keys();
  if (extra !== undefined)
    throw new ArtifactError(
      `The file holds the tensor ${extra}, which this recipe does not train.`,
    );
}

function reasonOfLack(name: string, holds: (name: string) => boolean): string {
  const bare = name.replace(WRAPPED, '');
  if (bare !== name && holds(bare))
    return `The file calls ${bare} what must be ${name}: without base_model.model. peft would load nothing of it and say so in a warning alone.`;
  return `The file lacks the tensor ${name} that this recipe trains.`;
}

function reasonOfShape({ name, shape }: TensorEntry, trained: Shape): string {
  const [found, expected] = [shape, trained].map((sizes) => `[${sizes.join(', ')}]`);
  if (shape.length > 1 && same(shape.toReversed(), trained))
    return `${name} is transposed: it has shape ${found}, but this recipe trains ${expected}.`;
  return `${name} has shape ${found}, but this recipe trains ${expected}.`;
}
