/**
 * The runs that simulated students play: every method that leaves a small artifact, on every shipped task, the grid
 * that a new sweep proposes, and what goes wrong in a class. What is not submitted needs no artifact and may be large.
 */
import { randomUUID } from 'node:crypto';
import { shippedTask } from '../../src/lib/engine/data/shipped-tasks.ts';
import {
  defaultRecipe,
  type LinearModule,
  type Method,
  type Recipe,
} from '../../src/lib/engine/formats/recipe.ts';
import { withBase, withRank, withTask } from '../../src/lib/lab/recipe-edit.ts';
import { newActivity } from '../../src/lib/live/plan.ts';
import { cellsOf } from '../../src/lib/live/sweep.ts';
import type { Trait } from '../../server/rehearsal/recordings.ts';

export interface Wanted {
  id: string;
  trait: Trait;
  recipe: Recipe;
}

const ordinary = (id: string, recipe: Recipe): Wanted => ({ id, trait: 'ordinary', recipe });
const lora = (rank: number): Recipe => withRank(defaultRecipe('lora'), rank);
const on = (task: string, recipe: Recipe): Recipe => withTask(recipe, shippedTask(task)!);
const at = (learningRate: number, recipe: Recipe): Recipe => ({
  ...recipe,
  optimiser: { ...recipe.optimiser, learningRate },
});
const using = (method: Method, recipe: Recipe): Recipe => ({ ...recipe, method });

/** LoRA of rank 1 on two projections: the smallest adapter that learns. */
function narrowLora(): Recipe {
  const recipe = lora(1);
  const targets: LinearModule[] = ['q_proj', 'v_proj'];
  return recipe.method.kind === 'lora' ? using({ ...recipe.method, targets }, recipe) : recipe;
}

const DEFINITION_DOMAIN: Wanted[] = [
  ordinary('head', defaultRecipe('head')),
  ordinary('head-slow', at(1e-2, defaultRecipe('head'))),
  ordinary('lora-r1', lora(1)),
  ordinary('lora-r1-short', { ...lora(1), steps: 100 }),
  ordinary('lora-r1-int4', { ...lora(1), quantisation: 'int4' }),
  ordinary('lora-r1-nf4', { ...lora(1), quantisation: 'nf4' }),
  ordinary('lora-r1-qv', narrowLora()),
  ordinary('lora-r2', lora(2)),
  ordinary('ia3', defaultRecipe('ia3')),
  ordinary('ia3-short', { ...defaultRecipe('ia3'), steps: 150 }),
  ordinary('p-tuning-v2', defaultRecipe('p-tuning-v2')),
  ordinary('prefix', defaultRecipe('prefix')),
  ordinary(
    'adapter',
    using({ kind: 'adapter', placement: 'pfeiffer', reduction: 32 }, defaultRecipe('adapter')),
  ),
  ordinary('zero-shot', defaultRecipe('prompting')),
  { id: 'head-cold', trait: 'stalled', recipe: at(1e-5, defaultRecipe('head')) },
  { id: 'ia3-cold', trait: 'stalled', recipe: at(1e-6, defaultRecipe('ia3')) },
  { id: 'lora-too-hot', trait: 'diverged', recipe: at(0.2, defaultRecipe('lora')) },
  { id: 'full-too-hot', trait: 'diverged', recipe: at(5, defaultRecipe('full')) },
  { id: 'by-heart', trait: 'over-fitted', recipe: { ...lora(16), batchSize: 64, steps: 600 } },
];

const otherTask = (task: string): Wanted[] => [
  ordinary(`${task}-head`, on(task, defaultRecipe('head'))),
  ordinary(`${task}-ia3`, on(task, defaultRecipe('ia3'))),
  ordinary(`${task}-lora-r1`, on(task, lora(1))),
  { id: `${task}-too-hot`, trait: 'diverged', recipe: on(task, at(0.2, defaultRecipe('lora'))) },
  { id: `${task}-cold`, trait: 'stalled', recipe: on(task, at(1e-6, defaultRecipe('ia3'))) },
];

/** Little data is soon learnt by heart. */
const LEARNT_BY_HEART: Wanted = {
  id: 'part-of-speech-by-heart',
  trait: 'over-fitted',
  recipe: { ...on('part-of-speech', defaultRecipe('lora')), steps: 600 },
};

const SMALL: Wanted[] = [
  ordinary('small-head', withBase(defaultRecipe('head'), 'small')),
  ordinary('small-ia3', withBase(defaultRecipe('ia3'), 'small')),
];

/** The cells of the grid that a new sweep proposes, but the hottest of the largest: it would not fit in. */
function sweepCells(): Wanted[] {
  const activity = newActivity('sweep', randomUUID());
  if (activity.kind !== 'sweep') return [];
  return cellsOf(activity.sweep)
    .filter(({ at: place }) => place.join() !== '2,2')
    .map(({ at: place, recipe }) => ordinary(`sweep-${place.join('-')}`, recipe));
}

export const WANTED: readonly Wanted[] = [
  ...DEFINITION_DOMAIN,
  ...['part-of-speech', 'spam', 'ciphered-domain'].flatMap(otherTask),
  LEARNT_BY_HEART,
  ...SMALL,
  ...sweepCells(),
];
