/** What benches measure is what they say, also when they go on from cells that they kept. */
import { expect, it } from 'vitest';
import { defaultRecipe, recipeKey } from '../../src/lib/engine/formats/recipe.ts';
import { TINY_TASK } from '../../src/lib/engine/testing/tiny.ts';
import { cellKey } from '../../bench/lib/cell-key.ts';
import { RECIPES } from '../../bench/train/parity-recipes.ts';

it('keeps a cell under its checkpoint, its recipe and its texts', () => {
  const recipe = defaultRecipe();
  const example = (text: string) => ({ text, label: 0 });
  const data = { task: TINY_TASK, train: [example('tea')], liveTest: [example('milk')] };
  const key = cellKey('a', recipe, data);
  expect(cellKey('a', { ...recipe }, { ...data })).toBe(key);
  const others = [
    cellKey('b', recipe, data),
    cellKey('a', { ...recipe, seed: recipe.seed + 1 }, data),
    cellKey('a', recipe, { ...data, train: [example('coffee')] }),
    cellKey('a', recipe, { ...data, liveTest: [example('cream')] }),
    cellKey('a', recipe, { ...data, task: { ...TINY_TASK, template: 'Is {text} a' } }),
  ];
  expect(new Set([key, ...others]).size).toBe(6);
});

it('compares each recipe between backends once', () => {
  const recipes = Object.values(RECIPES);
  expect(new Set(recipes.map(recipeKey)).size).toBe(recipes.length);
});
