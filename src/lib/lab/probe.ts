/**
 * Times a few training steps of a recipe on this device, before the student's first run: the graph, the
 * weights and the batches of a run, without its validations. A run that starts meanwhile comes first: the
 * probe looks for it before each piece of work, ends, and says nothing.
 */
import { encodeExamples } from '../engine/data/batches.ts';
import { trainablesOf } from '../engine/methods/index.ts';
import { countRecipe } from '../engine/train/count.ts';
import { baseFor } from '../engine/train/evaluate.ts';
import { assertFits } from '../engine/train/fit.ts';
import { stepScalars } from '../engine/train/optimisers/index.ts';
import { scheduledRate } from '../engine/train/optimisers/schedule.ts';
import { initialParameters } from '../engine/train/parameters.ts';
import { stepFeeds } from '../engine/train/step-feeds.ts';
import { initialState, TrainingState } from '../engine/train/training-state.ts';
import { breathe } from '../engine/train/breathe.ts';
import type { Session } from '../engine/runtime/runtime.ts';
import { trainingSessions } from '../engine/train/sessions.ts';
import type { RunInput } from '../engine/train/trainer.ts';
import { speedOf, type Speed } from './speeds.ts';

/** Timed steps; the one before them fills caches and is left out. */
const STEPS = 6;
/** From the first look at the recipe, compilation included: then no further step begins, and what there is counts. */
const BUDGET_MS = 2000;

export interface ProbeInput extends Pick<
  RunInput,
  'runtime' | 'base' | 'task' | 'train' | 'recipe'
> {
  signal: AbortSignal;
  /** Milliseconds of a clock that never goes back. */
  now?: () => number;
}

/** @returns null when it was aborted */
export async function probeSpeed(input: ProbeInput): Promise<Speed | null> {
  const { runtime, task, recipe, signal, now = () => performance.now() } = input;
  const started = now();
  const base = baseFor(recipe, input.base);
  const { config, weights } = base;
  const labels = task.labels.length;
  /** Lets a message from the page be heard. */
  const aborted = async () => {
    await breathe();
    return signal.aborted;
  };

  // Nothing to time.
  if (recipe.method.kind === 'prompting') return null;
  assertFits(config, recipe);
  if (await aborted()) return null;
  const open: Session[] = [];
  let state: TrainingState | null = null;
  try {
    const sessions = await trainingSessions(runtime, base, recipe, labels, async (making) => {
      const session = await making;
      open.push(session);
      return session;
    });
    const trainables = trainablesOf(config, recipe.method, labels);
    const first = initialParameters(trainables, weights, recipe.seed, recipe.quantisation);
    state = new TrainingState(sessions, initialState(first, recipe.optimiser), recipe.optimiser);
    const { batchSize, sequenceLength, optimiser } = recipe;
    const examples = encodeExamples(
      input.train.slice(0, batchSize),
      task,
      base.tokenizer,
      sequenceLength,
    );
    const feeds = stepFeeds(recipe, config, examples, 0);
    const times: number[] = [];
    for (let step = 1; step <= STEPS + 1; step++) {
      if (await aborted()) return null;
      const began = now();
      const rate = scheduledRate(optimiser, step, recipe.steps);
      await state.step(feeds.next().value, stepScalars(optimiser, step, rate));
      const ended = now();
      times.push(ended - began);
      if (ended - started >= BUDGET_MS) break;
    }
    // A device that managed one step has only that: it may be faster than this says, never slower.
    const timed = times.length > 1 ? times.slice(1) : times;
    const counts = countRecipe(config, recipe, labels);
    return speedOf('probe', recipe, counts, runtime.choice, median(timed) / 1000);
  } finally {
    state?.dispose();
    for (const session of open) await session.release();
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
