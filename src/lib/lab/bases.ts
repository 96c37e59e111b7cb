/** The base models that are shipped, the smallest first; the folder of each is `static/models/<id>`. */
import { defaultRecipe, type Recipe } from '../engine/formats/recipe.ts';
import { countRecipe } from '../engine/train/count.ts';
import type { Counts } from '../engine/train/events.ts';
import { loadConfig } from './assets.ts';

export interface ShippedBase {
  id: string;
  parameters: number;
}

export const BASES: readonly ShippedBase[] = [
  { id: 'nano', parameters: 1_328_256 },
  { id: 'small', parameters: 4_262_144 },
];

/** What a step of the default recipe computes on one base. */
export interface BaseCost {
  recipe: Recipe;
  counts: Pick<Counts, 'multiplications'>;
}

/**
 * Of every shipped base, in their order; no weights are loaded.
 * @param labels size of the task's label set
 * @throws when a model's configuration is missing
 */
export function baseCosts(labels: number, fetch: typeof globalThis.fetch): Promise<BaseCost[]> {
  return Promise.all(
    BASES.map(async ({ id }) => {
      const config = await loadConfig(id, fetch);
      const recipe: Recipe = { ...defaultRecipe(), base: { id, weights: 'pretrained' } };
      return { recipe, counts: countRecipe(config, recipe, labels) };
    }),
  );
}
