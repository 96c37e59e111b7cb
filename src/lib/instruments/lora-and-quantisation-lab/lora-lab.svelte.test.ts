import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { defaultRecipe } from '../../engine/formats/recipe.ts';
import { parseLlamaConfig } from '../../engine/model/config.ts';
import { TINY_CONFIG } from '../../engine/testing/tiny.ts';
import { countRecipe } from '../../engine/train/count.ts';
import type { FinishedRun } from '../../lab/run-controller.svelte.ts';
import { LoraLab } from './lora-lab.svelte.ts';

const config = parseLlamaConfig(TINY_CONFIG);
vi.mock('../../lab/assets.ts', async (original) => ({
  ...(await original<object>()),
  loadConfig: async () => config,
}));
beforeEach(() => void vi.stubGlobal('fetch', async () => new Response('', { status: 404 })));
afterEach(() => void vi.unstubAllGlobals());

it('counts what Run would start for its estimate, while a run of another recipe is shown (N-24)', async () => {
  const full = { ...defaultRecipe('full'), base: { id: 'small', weights: 'pretrained' as const } };
  const lab = new LoraLab('rank=4&alpha=8', () => {});
  lab.runs = [{ id: 'a', result: { recipe: full }, finishedAt: 1 } as unknown as FinishedRun];
  lab.change({ run: 'a' });
  for (const base of ['nano', 'small']) lab.describe(base);
  await vi.waitFor(() => expect(lab.ownCounts).not.toBeNull());
  expect(lab.counts).toEqual(countRecipe(config, full, lab.labels));
  expect(lab.ownCounts).toEqual(countRecipe(config, lab.asked.recipe, lab.labels));
  expect(lab.ownCounts!.trainable).toBeLessThan(lab.counts!.trainable);
});
