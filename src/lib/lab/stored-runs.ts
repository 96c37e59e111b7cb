/**
 * Runs as an older version of this page may have stored them, brought to what this one reads. Recipes have grown
 * knobs since; those that a stored recipe does not have take the value that stands for what it did.
 */
import * as v from 'valibot';
import { RecipeSchema } from '../engine/formats/recipe.ts';
import type { Counts, RunResult } from '../engine/train/events.ts';
import type { KeptRun, UnfinishedRun } from './run-store.ts';

/** What is not there in older runs. */
type Older<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;
export type StoredResult = Omit<
  Older<RunResult, 'general' | 'answers' | 'seen'>,
  'recipe' | 'counts'
> & {
  recipe: unknown;
  counts: Older<Counts, 'kept'>;
};
export type StoredRun = Omit<KeptRun, 'result'> & { result: StoredResult };
export type StoredUnfinished = Omit<UnfinishedRun, 'recipe'> & { recipe: unknown };

/** @returns nothing for a run whose recipe this version cannot read, such as one of a newer version */
export function readStoredRun(run: StoredRun): KeptRun[] {
  const { result } = run;
  const recipe = v.safeParse(RecipeSchema, result.recipe);
  if (!recipe.success) return [];
  const { counts, general = null, answers = [], seen = null } = result;
  const kept = counts.kept ?? counts.trainable;
  return [
    {
      ...run,
      result: {
        ...result,
        general,
        answers,
        seen,
        recipe: recipe.output,
        counts: { ...counts, kept },
      },
    },
  ];
}

/** @returns nothing, as above */
export function readStoredUnfinished(run: StoredUnfinished): UnfinishedRun[] {
  const recipe = v.safeParse(RecipeSchema, run.recipe);
  return recipe.success ? [{ ...run, recipe: recipe.output }] : [];
}
