/**
 * Times a few training steps of a recipe on this device, before the student's first run: the graph, the
 * weights and the batches of a run, without its validations. A run that starts meanwhile comes first: the
 * probe looks for it before each piece of work, ends, and says nothing.
 */
import { encodeExamples, trainingBatches } from '../engine/data/batches.ts';
import { trainablesOf } from '../engine/methods/index.ts';
import { scheduledRate, stepScalars } from '../engine/train/adamw.ts';
import { buildTrainingStep, STATE_OUTPUTS } from '../engine/train/classifier.ts';
import { countRecipe } from '../engine/train/count.ts';
import { baseFor, batchFeeds } from '../engine/train/evaluate.ts';
import { initialParameters } from '../engine/train/parameters.ts';
import { breathe, initialState, TrainingState, type RunInput } from '../engine/train/trainer.ts';
import { speedOf, type Speed } from './speeds.ts';

/** Timed steps; the one before them fills caches and is left out. */
const STEPS = 6;
/** A slow device times fewer, but two at least. */
const BUDGET_MS = 1000;

/** @returns null when it was aborted */
export async function probeSpeed(
  input: Pick<RunInput, 'runtime' | 'base' | 'task' | 'train' | 'recipe'> & { signal: AbortSignal },
): Promise<Speed | null> {
  const { runtime, task, recipe, signal } = input;
  const base = baseFor(recipe, input.base);
  const { config, weights } = base;
  const labels = task.labels.length;
  /** Lets a message from the page be heard. */
  const aborted = async () => {
    await breathe();
    return signal.aborted;
  };

  if (await aborted()) return null;
  const model = buildTrainingStep(
    { config, base: weights, recipe, labels, batchSize: recipe.batchSize },
    recipe.optimiser,
  );
  if (await aborted()) return null;
  const session = await runtime.createSession(model, { keepOnDevice: STATE_OUTPUTS });
  const trainables = trainablesOf(config, recipe.method, labels);
  const state = new TrainingState(
    session,
    initialState(initialParameters(trainables, weights, recipe.seed)),
  );
  try {
    const { batchSize, sequenceLength, seed, optimiser } = recipe;
    const examples = encodeExamples(
      input.train.slice(0, batchSize),
      task,
      base.tokenizer,
      sequenceLength,
    );
    const batches = trainingBatches(examples, batchSize, sequenceLength, config.padToken, seed);
    const times: number[] = [];
    for (let step = 1, spent = 0; step <= STEPS + 1; step++) {
      if (await aborted()) return null;
      const began = performance.now();
      const rate = scheduledRate(optimiser, step, recipe.steps);
      await state.step(batchFeeds(batches.next().value), stepScalars(optimiser, step, rate));
      const ms = performance.now() - began;
      if (step > 1) times.push(ms);
      spent += ms;
      if (times.length >= 2 && spent > BUDGET_MS) break;
    }
    const counts = countRecipe(config, recipe, labels);
    return speedOf('probe', recipe, counts, runtime.choice, median(times) / 1000);
  } finally {
    state.dispose();
    await session.release();
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
