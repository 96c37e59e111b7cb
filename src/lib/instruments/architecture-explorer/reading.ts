/** What a reading of a text is of: the text, what the base starts from, and how its matrices are stored. */
import { QUANTISATION_NAMES } from '../../engine/formats/recipe-name.ts';
import type { Quantisation, Recipe } from '../../engine/formats/recipe.ts';

/** The weights that a recipe starts from. */
export type Start = Pick<Recipe, 'base' | 'seed'>;

export interface Reading extends Start {
  quantisation: Quantisation;
  text: string;
}

/** A seed makes random weights, and has no part in pretrained ones. */
export const startOf = ({ base, seed }: Recipe): Start => ({
  base,
  seed: base.weights === 'random' ? seed : 0,
});

export const readingOf = (recipe: Recipe, text: string): Reading => ({
  ...startOf(recipe),
  quantisation: recipe.quantisation,
  text,
});

/** Recorded runs are of the base as it is shipped. */
export const recordedReading = (id: string, text: string): Reading => ({
  base: { id, weights: 'pretrained' },
  seed: 0,
  quantisation: 'fp32',
  text,
});

export const keyOf = (start: Start): string => JSON.stringify([start.base, start.seed]);

const startName = ({ base, seed }: Start) =>
  base.weights === 'random' ? `random weights of seed ${seed}` : 'pretrained weights';

/** What is shown as long as it is not what is asked: `Still of “a cat”, in int8.` Null where it is. */
export function stillOf(shown: Reading, asked: Reading): string | null {
  const parts = [
    ...(shown.text === asked.text ? [] : [`“${shown.text}”`]),
    ...(shown.quantisation === asked.quantisation
      ? []
      : [`matrices in ${QUANTISATION_NAMES[shown.quantisation]}`]),
    ...(keyOf(shown) === keyOf(asked) ? [] : [startName(shown)]),
  ];
  return parts.length === 0 ? null : `Still of ${parts.join(', ')}.`;
}
