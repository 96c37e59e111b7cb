import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { defaultRecipe } from '../src/lib/engine/formats/recipe.ts';
import { expectedOf, findBase, findTask } from './catalogue.ts';
import { MAX_ARTIFACT_BYTES } from './submissions/admit.ts';

it('bounds an artifact by what its recipe trains (U-7)', async () => {
  const head = (await expectedOf(defaultRecipe('head')))!;
  const full = (await expectedOf(defaultRecipe('full')))!;
  expect(head.trainable).toBe(12 * 128);
  expect(head.maxBytes).toBeGreaterThan(4 * head.trainable);
  expect(head.maxBytes).toBeLessThan(4 * head.trainable + 20_000);
  expect(full.maxBytes).toBeGreaterThan(4 * full.trainable);
});

it('has room for the largest artifact of every shipped base (U-7)', async () => {
  for (const id of await readdir('static/models')) {
    const recipe = { ...defaultRecipe('full'), base: { id, weights: 'pretrained' as const } };
    const { maxBytes } = (await expectedOf(recipe))!;
    expect(maxBytes, id).toBeLessThanOrEqual(MAX_ARTIFACT_BYTES);
  }
});

it('knows what ships with the server and nothing beside it', async () => {
  expect((await findTask('definition-domain'))?.labels).toHaveLength(12);
  for (const id of ['no-such', '../models/nano', '']) {
    expect(await findBase(id)).toBeNull();
    expect(await findTask(id)).toBeNull();
  }
  const recipe = defaultRecipe();
  expect(await expectedOf({ ...recipe, base: { ...recipe.base, id: 'no-such' } })).toBeNull();
});
