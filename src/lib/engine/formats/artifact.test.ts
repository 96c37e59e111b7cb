import { describe, expect, it } from 'vitest';
import { trainablesOf } from '../methods/index.ts';
import { tinyModel } from '../testing/tiny.ts';
import { initialParameters, unpack } from '../train/parameters.ts';
import { ArtifactError, readArtifact, writeArtifact } from './artifact.ts';
import { defaultMethod, type Method } from './recipe.ts';
import { writeSafetensors } from './safetensors.ts';

const base = tinyModel();
const lora = (rank: number): Method => ({
  ...defaultMethod('lora'),
  rank,
  alpha: 8,
  targets: ['q_proj', 'v_proj'],
});
const trainables = trainablesOf(base.config, lora(4), 3);
const parameters = initialParameters(trainables, base.weights, 1);

describe('an artifact', () => {
  it('gives back the parameters it was written from', () => {
    expect(readArtifact(writeArtifact(trainables, parameters), trainables)).toEqual(parameters);
  });

  it('names its tensors as Python peft does', () => {
    expect([...unpack(trainables, parameters).keys()]).toContain(
      'base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight',
    );
    expect(trainables.at(-1)!.name).toBe('base_model.model.score.weight');
  });

  const changed = (
    change: (file: Map<string, { shape: readonly number[]; data: Float32Array }>) => void,
  ) => {
    const tensors = unpack(trainables, parameters.slice());
    change(tensors);
    return writeSafetensors(tensors);
  };
  const first = trainables[0]!.name;

  it.each([
    [
      'another rank',
      writeArtifact(
        trainablesOf(base.config, lora(2), 3),
        new Float32Array(
          trainablesOf(base.config, lora(2), 3).reduce((n, t) => n + t.shape[0]! * t.shape[1]!, 0),
        ),
      ),
      /has shape \[2, 32\], but this recipe trains \[4, 32\]/,
    ],
    ['a missing tensor', changed((file) => file.delete(first)), /lacks the tensor/],
    [
      'an extra tensor',
      changed((file) => file.set('backdoor', { shape: [1], data: Float32Array.of(1) })),
      /backdoor, which this recipe does not train/,
    ],
    ['NaN', changed((file) => (file.get(first)!.data[3] = NaN)), /not finite/],
    ['infinity', changed((file) => (file.get(first)!.data[0] = Infinity)), /not finite/],
    ['a truncated file', writeArtifact(trainables, parameters).slice(0, -8), /truncated/],
    ['zeros that are no safetensors', new Uint8Array(4096), /not JSON|cannot be read/],
  ])('is refused with %s', (_name, file, reason) => {
    expect(() => readArtifact(file, trainables)).toThrow(ArtifactError);
    expect(() => readArtifact(file, trainables)).toThrow(reason);
  });
});
