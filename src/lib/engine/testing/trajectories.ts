/**
 * Runs whose losses PyTorch has computed, too: see scripts/fixtures/trajectories.py. Each is a method's default
 * recipe, shortened to fifty steps, so that the schedule's whole course is in it. Used by tests and by the
 * evidence of exactness.
 */
import type { Example, Task } from '../data/task.ts';
import {
  defaultMethod,
  defaultOptimiser,
  defaultRecipe,
  DEFAULT_LEARNING_RATE,
  type Recipe,
} from '../formats/recipe.ts';
import type { BaseModel } from '../model/base-model.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { runRecipe } from '../train/trainer.ts';

const STEPS = 50;

const recipe = (kind: Recipe['method']['kind'], change: Partial<Recipe> = {}): Recipe => ({
  ...defaultRecipe(kind),
  steps: STEPS,
  ...change,
});
const lora = defaultMethod('lora');
const adapter = defaultMethod('adapter');

/** By the name of their fixture. */
export const TRAJECTORIES: Readonly<Record<string, Recipe>> = {
  full: recipe('full'),
  head: recipe('head'),
  lora: recipe('lora'),
  'lora-nf4': recipe('lora', { quantisation: 'nf4' }),
  'lora-nf4-double': recipe('lora', { quantisation: 'nf4-double' }),
  'lora-sgd': recipe('lora', { optimiser: defaultOptimiser('sgd', DEFAULT_LEARNING_RATE.lora) }),
  rslora: recipe('lora', { method: { ...lora, scaling: 'rank-stabilised' } }),
  'lora-plus': recipe('lora', { method: { ...lora, plusRatio: 4 } }),
  dora: recipe('lora', { method: { ...lora, dora: true } }),
  ia3: recipe('ia3'),
  'adapter-pfeiffer': recipe('adapter', { method: { ...adapter, placement: 'pfeiffer' } }),
  'adapter-houlsby': recipe('adapter', { method: { ...adapter, placement: 'houlsby' } }),
  prefix: recipe('prefix'),
  'p-tuning-v2': recipe('p-tuning-v2'),
};

/** What the fixture of one run holds. */
export interface Trajectory {
  recipe: Recipe;
  /** Training loss by step, in nats, before the update. */
  losses: number[];
  /** Norm of the gradient by step, before clipping. */
  gradientNorms: number[];
}

/** The same run by the engine. */
export async function trace(
  runtime: Runtime,
  base: BaseModel,
  data: { task: Task; train: readonly Example[]; validation: readonly Example[] },
  run: Recipe,
): Promise<Omit<Trajectory, 'recipe'>> {
  const { trace } = await runRecipe({
    runtime,
    base,
    ...data,
    // Accuracy is of no interest here.
    validation: data.validation.slice(0, 1),
    recipe: run,
  });
  return {
    losses: trace.map(({ loss }) => loss),
    gradientNorms: trace.map(({ gradientNorm }) => gradientNorm),
  };
}

/** Largest |a − b| / |b| over the steps. */
export function largestRelative(ours: readonly number[], reference: readonly number[]): number {
  if (ours.length !== reference.length)
    throw new RangeError(`${ours.length} steps beside ${reference.length}`);
  return Math.max(...reference.map((value, i) => Math.abs(ours[i]! - value) / Math.abs(value)));
}
