/** A diagnosis for the student whose run it is: what is seen, and what to try, in one sentence. */
import { METHOD_NAMES } from '../engine/formats/recipe-name.ts';
import { defaultOptimiser, DEFAULT_LEARNING_RATE, type Recipe } from '../engine/formats/recipe.ts';
import { formatRate } from '../ui/format.ts';
import type { Diagnosis } from './diagnosis.ts';

export function adviceOn(diagnosis: Diagnosis, recipe: Recipe): string {
  const { kind } = recipe.method;
  const { learningRate: rate } = recipe.optimiser;
  const usual = defaultOptimiser(recipe.optimiser.kind, DEFAULT_LEARNING_RATE[kind]).learningRate;
  const towards = `from ${formatRate(rate)} towards the ${formatRate(usual)} that ${METHOD_NAMES[kind]} has by default`;
  switch (diagnosis) {
    case 'diverged':
      return rate > usual
        ? `The loss has climbed instead of falling: lower the learning rate, ${towards}.`
        : `The loss has climbed instead of falling: lower the learning rate, here ${formatRate(rate)}.`;
    case 'over-fitted':
      return 'Validation loss rises while training loss falls: the run learns its texts by heart, so try fewer steps or a method that trains less.';
    case 'stalled':
      return rate < usual
        ? `The loss has hardly fallen: raise the learning rate, ${towards}.`
        : 'The loss has hardly fallen: try more steps, or a method that trains more.';
  }
}
