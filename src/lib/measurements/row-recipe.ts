/** The recipe of a measured row, so that it can be run again in the lab. */
import {
  defaultMethod,
  defaultRecipe,
  RecipeSchema,
  type Recipe,
} from '../engine/formats/recipe.ts';
import * as v from 'valibot';
import type { MethodRow } from './report.ts';

/** @returns the method's default recipe where the row names one that this version cannot read */
export function recipeOfRow({ recipe, method }: Pick<MethodRow, 'recipe' | 'method'>): Recipe {
  const read = v.safeParse(RecipeSchema, recipe);
  return read.success ? read.output : { ...defaultRecipe(method), method: defaultMethod(method) };
}
