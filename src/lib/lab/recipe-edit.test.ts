import { describe, expect, it } from 'vitest';
import { defaultRecipe, parseRecipe, METHOD_KINDS } from '../engine/formats/recipe.ts';
import { challengeViolations, defaultChallenge } from '../live/challenge.ts';
import { fitToChallenge, limitsOf, withMethod, withRank } from './recipe-edit.ts';

describe('withMethod', () => {
  it("takes the new method's learning rate while the old default stands", () => {
    expect(withMethod(defaultRecipe('lora'), 'head').optimiser.learningRate).toBe(3e-2);
  });

  it('keeps a learning rate the student chose', () => {
    const recipe = defaultRecipe('lora');
    const chosen = { ...recipe, optimiser: { ...recipe.optimiser, learningRate: 0.007 } };
    expect(withMethod(chosen, 'full').optimiser.learningRate).toBe(0.007);
  });

  it('takes full fine-tuning back to fp32, which the schema demands', () => {
    const full = withMethod({ ...defaultRecipe('lora'), quantisation: 'int4' }, 'full');
    expect(() => parseRecipe(full)).not.toThrow();
  });
});

describe('withRank', () => {
  it('keeps alpha over rank', () => {
    expect(withRank(defaultRecipe('lora'), 32).method).toMatchObject({ rank: 32, alpha: 64 });
    expect(withRank(defaultRecipe('head'), 32)).toEqual(defaultRecipe('head'));
  });
});

describe('fitToChallenge', () => {
  it('brings any recipe inside the round', () => {
    const challenge = {
      ...defaultChallenge(),
      methods: ['lora' as const],
      quantisations: ['int8' as const],
      maxRank: 4,
      maxSteps: 50,
    };
    const fitted = fitToChallenge(defaultRecipe('full'), challenge);
    expect(challengeViolations(challenge, fitted)).toEqual([]);
    expect(() => parseRecipe(fitted)).not.toThrow();
  });

  it('takes full fine-tuning to another method where the round has no fp32 (L-7)', () => {
    const challenge = { ...defaultChallenge(), quantisations: ['int4' as const] };
    expect(limitsOf(challenge).methods).toEqual(METHOD_KINDS.filter((kind) => kind !== 'full'));
    const fitted = fitToChallenge(defaultRecipe('full'), challenge);
    expect(fitted).toMatchObject({ method: { kind: 'lora' }, quantisation: 'int4' });
    expect(challengeViolations(challenge, fitted)).toEqual([]);
  });

  it('leaves a recipe that fits alone', () => {
    const recipe = defaultRecipe();
    expect(fitToChallenge(recipe, defaultChallenge())).toBe(recipe);
  });
});
