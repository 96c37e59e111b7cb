import { describe, expect, it } from 'vitest';
import { defaultRecipe, parseRecipe, METHOD_KINDS } from '../engine/formats/recipe.ts';
import { shippedTask } from '../engine/data/shipped-tasks.ts';
import { challengeViolations, defaultChallenge } from '../live/challenge.ts';
import { fitToChallenge, limitsOf, withMethod, withRank, withTask } from './recipe-edit.ts';

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

describe('withTask', () => {
  it('takes the sequence length that the task proposes (L-14)', () => {
    const spam = withTask(defaultRecipe(), shippedTask('spam')!);
    expect(spam).toMatchObject({ task: 'spam', sequenceLength: 64 });
    expect(withTask(spam, { id: 'custom-1' })).toMatchObject({
      task: 'custom-1',
      sequenceLength: defaultRecipe().sequenceLength,
    });
  });
});

describe('fitToChallenge', () => {
  it('takes the task of the round and its sequence length, whatever was chosen before (L-15)', () => {
    const own = { ...defaultRecipe(), task: 'custom-0123456789ab', sequenceLength: 128 };
    const challenge = { ...defaultChallenge(), task: 'spam' };
    const fitted = fitToChallenge(own, challenge);
    expect(fitted).toMatchObject({ task: 'spam', sequenceLength: 64 });
    expect(challengeViolations(challenge, own)).toEqual(["this round's task is spam"]);
    const long = { ...fitted, sequenceLength: 96 };
    expect(fitToChallenge(long, challenge)).toBe(long);
  });

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
