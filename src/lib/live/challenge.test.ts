import { describe, expect, it } from 'vitest';
import { defaultRecipe } from '../engine/formats/recipe.ts';
import { challengeViolations, defaultChallenge, METHOD_KINDS } from './challenge.ts';
import { recipeLabel } from './recipe-label.ts';

describe('challengeViolations', () => {
  it('lets every default recipe into a default challenge', () => {
    for (const method of METHOD_KINDS)
      expect(challengeViolations(defaultChallenge(), defaultRecipe(method))).toEqual([]);
  });

  it('names everything a recipe breaks', () => {
    const recipe = defaultRecipe();
    const challenge = {
      ...defaultChallenge(),
      task: 'other-task',
      base: 'small',
      methods: ['full' as const],
      quantisations: ['int4' as const],
      maxRank: 4,
      maxSteps: 100,
    };
    const broken = challengeViolations(challenge, {
      ...recipe,
      base: { id: 'nano', weights: 'random' },
    });
    expect(broken).toEqual([
      "this round's task is other-task",
      "this round's base model is small",
      'a submission starts from the pretrained weights',
      'lora is not allowed in this round',
      'fp32 is not allowed in this round',
      "rank 8 is above this round's limit of 4",
      "300 steps are above this round's limit of 100",
    ]);
  });
});

describe('recipeLabel', () => {
  it('is short and says what differs', () => {
    const lora = defaultRecipe();
    expect(recipeLabel(lora)).toBe('LoRA r=8');
    expect(recipeLabel({ ...lora, quantisation: 'int4' })).toBe('LoRA r=8 · int4');
    expect(
      recipeLabel({
        ...lora,
        method: { kind: 'lora', rank: 4, alpha: 8, targets: ['q_proj', 'v_proj'] },
      }),
    ).toBe('LoRA r=4 on q v');
    expect(recipeLabel(defaultRecipe('head'))).toBe('Head only');
    expect(recipeLabel(defaultRecipe('full'))).toBe('Full');
  });
});
