import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultMethod, defaultRecipe, METHOD_KINDS, QUANTISATIONS } from '../formats/recipe.ts';
import { parseLlamaConfig } from '../model/config.ts';
import { countRecipe } from '../train/count.ts';
import { listTensors, type ModelTensor, type Role } from './tensors.ts';

const LABELS = 12;
const CASES = METHOD_KINDS.flatMap((kind) =>
  (kind === 'full' ? (['fp32'] as const) : QUANTISATIONS).map((quantisation) => ({
    kind,
    quantisation,
  })),
);

describe.each(['nano', 'small'])('the tensors of %s', (id) => {
  const config = parseLlamaConfig(
    JSON.parse(readFileSync(`static/models/${id}/config.json`, 'utf8')),
  );
  const sum = (tensors: ModelTensor[], of: 'parameters' | 'bytes', role?: Role) =>
    tensors
      .filter((tensor) => role === undefined || tensor.role === role)
      .reduce((total, tensor) => total + tensor[of], 0);

  it.each(CASES)(
    'add up to what the engine counts for $kind on $quantisation (N-3)',
    ({ kind, quantisation }) => {
      const recipe = { ...defaultRecipe(kind), quantisation };
      const counts = countRecipe(config, recipe, LABELS);
      const tensors = listTensors(config, recipe, LABELS);
      expect(sum(tensors, 'parameters', 'trained')).toBe(counts.trainable);
      expect(sum(tensors, 'parameters')).toBe(counts.total);
      expect(sum(tensors, 'bytes', 'trained')).toBe(counts.memory.trainable);
      expect(sum(tensors, 'bytes', 'frozen')).toBe(counts.memory.frozen);
      expect(sum(tensors, 'bytes', 'quantised')).toBe(counts.memory.quantised);
    },
  );

  it('names the frozen layers of partial fine-tuning (N-3)', () => {
    const method = { ...defaultMethod('full'), frozenLayers: 2 };
    const tensors = listTensors(config, { method, quantisation: 'fp32' }, LABELS);
    const frozen = tensors.filter(({ role }) => role === 'frozen').map(({ name }) => name);
    expect(frozen).toHaveLength(1 + 2 * 9);
    expect(frozen.every((name) => /embed_tokens|layers\.[01]\./.test(name))).toBe(true);
  });
});
