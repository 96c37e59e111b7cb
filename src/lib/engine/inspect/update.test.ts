import { describe, expect, it } from 'vitest';
import { writeArtifact } from '../formats/artifact.ts';
import { defaultMethod, type Method } from '../formats/recipe.ts';
import { trainablesOf } from '../methods/index.ts';
import { normals } from '../testing/gradient-check.ts';
import { tinyModel, tinyRecipe } from '../testing/tiny.ts';
import { initialParameters, unpack } from '../train/parameters.ts';
import { updateOf } from './update.ts';

const LABELS = 2;
const base = tinyModel();

/** The artifact of a run that moved every parameter, and its tensors. */
function moved(method: Method) {
  const trainables = trainablesOf(base.config, method, LABELS);
  const start = initialParameters(trainables, base.weights, 1);
  const step = normals(start.length, 'update');
  const parameters = start.map((value, i) => value + 0.1 * step[i]!);
  return {
    artifact: writeArtifact(trainables, parameters),
    tensors: unpack(trainables, parameters),
  };
}

describe('updateOf (N-4)', () => {
  it('is the norm of s·B·A on the targets of LoRA, and nothing elsewhere', () => {
    const method = { ...defaultMethod('lora'), rank: 1, alpha: 2, targets: ['q_proj' as const] };
    const { artifact, tensors } = moved(method);
    const update = updateOf(base, tinyRecipe(method), artifact, LABELS)!;
    for (const { name, norm, base: whole } of update) {
      expect(whole).toBeCloseTo(Math.hypot(...base.weights.get(name)!.data), 3);
      if (!name.includes('q_proj')) {
        expect(norm).toBe(0);
        continue;
      }
      const path = `base_model.model.${name.replace(/\.weight$/, '')}`;
      const length = (part: string) => Math.hypot(...tensors.get(`${path}.${part}.weight`)!.data);
      // Of a product of a column and a row it is the product of their lengths.
      expect(norm).toBeCloseTo(2 * length('lora_A') * length('lora_B'), 4);
    }
  });

  it('is measured from the weights as the run stored them', () => {
    const method = defaultMethod('lora');
    const { artifact } = moved(method);
    const of = (quantisation: 'fp32' | 'int4') =>
      updateOf(base, tinyRecipe(method, { quantisation }), artifact, LABELS)!;
    // The same factors move either by the same: the rounding is the base's, not the update's.
    for (const [index, { norm }] of of('int4').entries())
      expect(norm).toBeCloseTo(of('fp32')[index]!.norm, 4);
  });

  it('covers embeddings and norms of full fine-tuning', () => {
    const { artifact } = moved(defaultMethod('full'));
    const update = updateOf(base, tinyRecipe(defaultMethod('full')), artifact, LABELS)!;
    expect(update).toHaveLength(base.weights.size);
    for (const { norm } of update) expect(norm).toBeGreaterThan(0.1);
  });

  it.each(['adapter', 'prefix', 'p-tuning-v2', 'prompting'] as const)(
    'is nothing for %s, which changes no weights',
    (kind) => {
      const method = defaultMethod(kind);
      expect(updateOf(base, tinyRecipe(method), new Uint8Array(), LABELS)).toBeNull();
    },
  );
});
