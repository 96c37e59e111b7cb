import { describe, expect, it } from 'vitest';
import { defaultRecipe } from '../engine/formats/recipe.ts';
import { METHOD_KINDS } from '../engine/formats/recipe.ts';
import { challengeViolations, defaultChallenge } from './challenge.ts';

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
