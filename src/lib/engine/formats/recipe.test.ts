import { describe, expect, it } from 'vitest';
import { defaultMethod, defaultRecipe, parseRecipe, RecipeError, recipeKey } from './recipe.ts';

describe('a recipe', () => {
  it.each(['lora', 'full', 'head'] as const)('parses the default for %s', (kind) => {
    expect(parseRecipe(JSON.parse(JSON.stringify(defaultRecipe(kind))))).toEqual(
      defaultRecipe(kind),
    );
  });

  it('has one key whatever the order of its properties', () => {
    const recipe = defaultRecipe();
    const turned = Object.fromEntries(Object.entries(recipe).reverse());
    expect(recipeKey(parseRecipe(turned))).toBe(recipeKey(recipe));
  });

  it.each([
    [
      'a rank of 0',
      { method: { ...defaultMethod('lora'), rank: 0, alpha: 1, targets: ['q_proj'] } },
      /method\.rank: LoRA rank must be at least 1/,
    ],
    [
      'repeated targets',
      { method: { ...defaultMethod('lora'), rank: 1, alpha: 1, targets: ['q_proj', 'q_proj'] } },
      /repeat/,
    ],
    ['NaN', { optimiser: { ...defaultRecipe().optimiser, learningRate: NaN } }, /learning/i],
    ['a path for a base', { base: { id: '../../etc', weights: 'pretrained' } }, /base\.id/],
    ['an unknown field', { extra: 1 }, /extra/],
    [
      'full on int4',
      { method: defaultMethod('full'), quantisation: 'int4' },
      /cannot be quantised/,
    ],
    ['too many steps', { steps: 1e6 }, /steps must be at most/],
  ])('is refused with %s, naming the field', (_name, change, reason) => {
    expect(() => parseRecipe({ ...defaultRecipe(), ...change })).toThrow(RecipeError);
    expect(() => parseRecipe({ ...defaultRecipe(), ...change })).toThrow(reason);
  });

  it.each([null, 3, 'x', []])('refuses %j', (input) => {
    expect(() => parseRecipe(input)).toThrow(RecipeError);
  });
});
