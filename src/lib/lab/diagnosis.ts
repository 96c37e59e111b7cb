/**
 * What goes wrong in a run, from what it has measured of itself. Pure. The thresholds were set between recorded runs
 * of `nano` (tests/fixtures/traces) that went well and ones that went wrong; the figures beside them are theirs.
 */
import type { Recipe } from '../engine/formats/recipe.ts';
import type { Validation } from '../engine/train/events.ts';
import { isActive, type RunState } from './run-state.ts';

export const DIAGNOSES = ['diverged', 'over-fitted', 'stalled'] as const;
export type Diagnosis = (typeof DIAGNOSES)[number];

export interface Evidence {
  recipe: Pick<Recipe, 'batchSize' | 'accumulation' | 'steps'>;
  /** Training loss by step, in nats. */
  losses: readonly number[];
  validations: readonly Validation[];
  /** Loss of guessing uniformly among the labels, in nats; null where their number is not known. */
  chance: number | null;
  /** The loss stopped being a number. */
  notANumber: boolean;
  /** The last validation was the one after training, on all examples instead of the first 128. */
  ended: boolean;
}

/**
 * Losses are read as means over so many steps or texts, whichever is more: one batch of 16 varies by ±0.3 nats, and
 * `nano`'s head had one of 6.8 in a run that went well.
 */
const MEAN_STEPS = 10;
const MEAN_TEXTS = 160;

/**
 * A mean that has climbed so far above where the run began. Runs that barely learn wander to 1.08 of it; the mildest
 * run that a rate had broken reached 1.38.
 */
const CLIMBED = 1.25;
/** Of chance. Broken runs come back to it and stay there (0.99–1.03); whoever is below has recovered. */
const NOT_RECOVERED = 0.9;
/** Of where the run began, where chance is not known: untuned models begin at 1.05–1.5 of chance. */
const NOT_RECOVERED_FROM_START = 0.75;

/**
 * Later validations over the best one before. All during training are on the same 128 examples; in runs on plenty of
 * data they came up by at most 1.024, in runs that had learnt 200 texts by heart by 1.05 to 1.44.
 */
const RISEN = 1.05;
/** Training loss over validation loss: 0.7 and more on plenty of data, below 0.01 when the texts are known by heart. */
const APART = 0.5;

/**
 * Of chance or of where the run began, whichever is lower. After 100 steps the slowest run that learnt (a ciphered
 * task) stood at 0.84, one with a rate a thousand times too low at 1.26.
 */
const HARDLY_FALLEN = 0.95;
/** Steps before a run can be said to have stalled: a third of its own, within these. Warm-up takes 20. */
const PATIENCE = { share: 1 / 3, least: 40, most: 100 };

/** The gravest thing there is to say; null where all goes well, or it is too early to tell. */
export function diagnose(evidence: Evidence): Diagnosis | null {
  if (evidence.notANumber) return 'diverged';
  const size = meanSize(evidence.recipe);
  if (evidence.losses.length < size) return null;
  const means = runningMeans(evidence.losses, size);
  const now = means.at(-1)!;
  const start = startOf(evidence, size);
  if (hasDiverged(means, now, start, evidence.chance)) return 'diverged';
  if (overFits(evidence, now)) return 'over-fitted';
  if (hasStalled(evidence, now, start)) return 'stalled';
  return null;
}

/** @param labels size of the task's label set; null while it is not known */
export function diagnoseRun(run: RunState, labels: number | null): Diagnosis | null {
  if (run.state === 'idle') return null;
  const { recipe, trace, validations } = run.live;
  return diagnose({
    recipe,
    losses: trace.map(({ loss }) => loss),
    validations,
    chance: labels === null ? null : Math.log(labels),
    // What fails by its recipe after the first step fails by its loss.
    notANumber: run.state === 'failed' && !run.again && trace.length > 0,
    ended: !isActive(run) || run.state === 'stopping',
  });
}

function meanSize({ batchSize, accumulation }: Evidence['recipe']): number {
  return Math.max(MEAN_STEPS, Math.ceil(MEAN_TEXTS / (batchSize * accumulation)));
}

/** Mean of each `size` losses in a row. */
function runningMeans(losses: readonly number[], size: number): number[] {
  const means: number[] = [];
  let sum = 0;
  for (const [index, loss] of losses.entries()) {
    sum += loss - (index >= size ? losses[index - size]! : 0);
    if (index >= size - 1) means.push(sum / size);
  }
  return means;
}

/** The untuned model's loss, by validation and by the first batches, whichever is more. */
function startOf({ losses, validations }: Evidence, size: number): number {
  const first = losses.slice(0, Math.ceil(size / 2));
  const mean = first.reduce((sum, loss) => sum + loss, 0) / first.length;
  const untuned = validations.find(({ step }) => step === 0);
  return Math.max(mean, untuned?.loss ?? 0);
}

function hasDiverged(
  means: readonly number[],
  now: number,
  start: number,
  chance: number | null,
): boolean {
  const climbed = means.some((mean) => mean > CLIMBED * start);
  const recovered =
    chance === null ? now < NOT_RECOVERED_FROM_START * start : now < NOT_RECOVERED * chance;
  return climbed && !recovered;
}

function overFits({ recipe, losses, validations, ended }: Evidence, now: number): boolean {
  // Before and after training all examples are asked, and their loss is another one.
  const during = validations.filter(
    ({ step }) => step > 0 && step < recipe.steps && !(ended && step === losses.length),
  );
  const last = during.at(-1);
  if (!last || during.length < 2) return false;
  const best = Math.min(...during.slice(0, -1).map(({ loss }) => loss));
  return last.loss > RISEN * best && now < APART * last.loss;
}

function hasStalled({ recipe, losses, chance }: Evidence, now: number, start: number): boolean {
  const { share, least, most } = PATIENCE;
  const patience = Math.min(most, Math.max(least, recipe.steps * share));
  return losses.length >= patience && now > HARDLY_FALLEN * Math.min(start, chance ?? start);
}
