import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultMethod,
  defaultRecipe,
  LINEAR_MODULES,
  QUANTISATIONS,
  type Recipe,
} from '../engine/formats/recipe.ts';
import { recipeFromQuery, recipeToQuery } from './recipe-url.ts';

const read = (query: string) => recipeFromQuery(new URLSearchParams(query));

describe('a recipe in the address (L-11)', () => {
  it('says only what differs from the default', () => {
    expect(recipeToQuery(defaultRecipe())).toBe('');
    expect(recipeToQuery(defaultRecipe('full'))).toBe('method=full');
    const recipe: Recipe = {
      ...defaultRecipe(),
      method: { ...defaultMethod('lora'), rank: 4, alpha: 16, targets: ['q_proj', 'v_proj'] },
      quantisation: 'int4',
      steps: 80,
    };
    expect(recipeToQuery(recipe)).toBe('rank=4&targets=q+v&quantisation=int4&steps=80');
  });

  it('comes back as it was, whatever it is', () => {
    const recipes = fc
      .record({
        kind: fc.constantFrom('lora', 'full', 'head'),
        id: fc.constantFrom('nano', 'small'),
        rank: fc.integer({ min: 1, max: 64 }),
        targets: fc.subarray([...LINEAR_MODULES], { minLength: 1 }),
        quantisation: fc.constantFrom(...QUANTISATIONS),
        weights: fc.constantFrom('pretrained', 'random'),
        learningRate: fc.double({ min: 1e-7, max: 1, noNaN: true }),
        clipNorm: fc.double({ min: 0.001, max: 1000, noNaN: true }),
        epsilon: fc.double({ min: 1e-12, max: 1, noNaN: true }),
        steps: fc.integer({ min: 1, max: 2000 }),
        seed: fc.nat(0x7fffffff),
      })
      .map(
        ({ kind, id, rank, targets, quantisation, weights, steps, seed, ...optimiser }): Recipe => {
          const plain = defaultRecipe(kind);
          return {
            ...plain,
            base: { id, weights },
            method:
              plain.method.kind === 'lora' ? { ...plain.method, rank, targets } : plain.method,
            quantisation: kind === 'full' ? 'fp32' : quantisation,
            optimiser: { ...plain.optimiser, ...optimiser },
            steps,
            seed,
          };
        },
      );
    fc.assert(
      fc.property(recipes, (recipe) => {
        expect(read(recipeToQuery(recipe))).toEqual({ recipe, problems: [] });
      }),
    );
  });

  it('names each bad parameter and keeps the default of its field alone', () => {
    const { recipe, problems } = read('rank=999&steps=abc&quantisation=int4&lr=');
    expect(recipe).toEqual({ ...defaultRecipe(), quantisation: 'int4' });
    expect(problems).toHaveLength(3);
    expect(problems[0]).toContain('rank=999');
    expect(problems[0]).toContain('at most 64');
    expect(problems[0]).toContain('It is 8 here');
  });

  it('names a base model that is not shipped', () => {
    const { recipe, problems } = read('base=huge');
    expect(recipe).toEqual(defaultRecipe());
    expect(problems).toEqual([
      'base=huge is not used (base.id: unknown base model id). It is nano here.',
    ]);
  });

  it('says so when parameters do not go together', () => {
    const { recipe, problems } = read('method=full&quantisation=int4&rank=4');
    expect(recipe).toEqual(defaultRecipe('full'));
    expect(problems).toHaveLength(2);
  });

  it('falls back to the default method, and ignores parameters that are not its own', () => {
    const { recipe, problems } = read('method=magic&utm_source=mail');
    expect(recipe).toEqual(defaultRecipe());
    expect(problems).toHaveLength(1);
  });

  it('never throws', () => {
    const keys = fc.constantFrom('method', 'rank', 'targets', 'lr', 'steps', 'base', 'x');
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.string())), (pairs) => {
        recipeFromQuery(new URLSearchParams(pairs));
      }),
    );
  });
});
