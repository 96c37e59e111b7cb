/** How a recorded run looks while it is played: faster than it was, at a student's own pace. Pure. */
import { shippedTask } from '../../src/lib/engine/data/shipped-tasks.ts';
import type { Progress } from '../../src/lib/live/protocol.ts';
import { diagnose, recipeSummary } from '../../src/lib/live/run-report.ts';
import type { Recording } from './recordings.ts';

/** Steps whose playing takes as long as a student's usual run. */
const USUAL_STEPS = 300;
/** A short run does not flash by, a long one does not keep the class. */
const SHORTEST = 0.35;
const LONGEST = 1.8;

/** @param usual how long a run of 300 steps takes the student, in ms. @returns ms */
export function playingTime({ losses }: Pick<Recording, 'losses'>, usual: number): number {
  return usual * Math.min(LONGEST, Math.max(SHORTEST, losses.length / USUAL_STEPS));
}

type Moment = Omit<Progress, 'runId' | 'backend'>;

/**
 * What the run's page would say at a moment of the playback.
 * @param share of the playback that is over, 0–1
 * @param duration of the whole playback, in ms: the speed is that of the playback
 */
export function momentOf(recording: Recording, share: number, duration: number): Moment {
  const { recipe, losses, validations, trainable, memoryBytes } = recording;
  const ended = share >= 1;
  const labels = shippedTask(recipe.task)?.labels.length;
  const step = Math.min(losses.length, Math.floor(share * losses.length));
  const tokens =
    recipe.batchSize * recipe.accumulation * recipe.sequenceLength * Math.max(1, losses.length);
  const validated = validations.filter((one) => one.step <= step);
  const validation = validated.at(-1);
  return {
    step,
    steps: recipe.steps,
    loss: losses[step - 1] ?? null,
    accuracy: validation?.accuracy ?? null,
    validationLoss: validation?.loss ?? null,
    validatedAt: validation?.step ?? null,
    tokensPerSecond: Math.round(tokens / (duration / 1000)),
    state: !ended ? 'running' : brokeOff(recording) ? 'failed' : 'finished',
    diagnosis: diagnose({
      recipe,
      losses: losses.slice(0, step),
      validations: validated,
      chance: labels === undefined ? null : Math.log(labels),
      notANumber: ended && brokeOff(recording),
      ended,
    }),
    recipe: recipeSummary(recipe, trainable, memoryBytes),
  };
}

/** Whether the run ended because its loss was no number any more. */
function brokeOff({ recipe, losses }: Recording): boolean {
  return recipe.method.kind !== 'prompting' && losses.length < recipe.steps;
}
