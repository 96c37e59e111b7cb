/** A run as the class is told of it: what it has done, in few digits, and what its device makes of it. Pure. */
import { totalBytes } from '../engine/train/count.ts';
import type { Recipe } from '../engine/formats/recipe.ts';
import { diagnoseRun } from '../lab/diagnosis.ts';
import { isActive, type RunState } from '../lab/run-state.ts';
import type { Progress, RecipeSummary } from './protocol.ts';

export { diagnose } from '../lab/diagnosis.ts';

/** Digits that a tile can show; more would be sent in vain, 2,000 times a second. */
const LOSS_DIGITS = 4;
const SPEED_DIGITS = 2;

/**
 * @param labels size of the task's label set; null while it is not known
 * @returns null before the run has said where it trains and what it takes
 */
export function progressReport(run: RunState, labels: number | null): Progress | null {
  if (run.state === 'idle') return null;
  const { id, recipe, choice, counts, step, trace, validations, tokensPerSecond } = run.live;
  if (!choice || choice.backend === 'node' || !counts) return null;
  const validation = validations.at(-1);
  return {
    runId: id,
    step,
    steps: recipe.steps,
    loss: rounded(trace.at(-1)?.loss, LOSS_DIGITS),
    accuracy: rounded(validation?.accuracy, LOSS_DIGITS),
    validationLoss: rounded(validation?.loss, LOSS_DIGITS),
    validatedAt: validation?.step ?? null,
    tokensPerSecond: rounded(tokensPerSecond ?? 0, SPEED_DIGITS) ?? 0,
    backend: choice.backend,
    state: stateOf(run),
    diagnosis: diagnoseRun(run, labels),
    recipe: recipeSummary(recipe, counts.trainable, totalBytes(counts.memory)),
  };
}

function stateOf(run: Exclude<RunState, { state: 'idle' }>): Progress['state'] {
  if (isActive(run)) return 'running';
  if (run.state === 'failed') return 'failed';
  return run.result.stopped ? 'stopped' : 'finished';
}

/** @param memory bytes of a training step */
export function recipeSummary(
  { method, quantisation }: Pick<Recipe, 'method' | 'quantisation'>,
  trainable: number,
  memory: number,
): RecipeSummary {
  return {
    method: method.kind,
    rank: method.kind === 'lora' ? method.rank : null,
    quantisation,
    trainable,
    memory,
  };
}

/** A loss that diverged is not a number; the protocol then carries none. */
function rounded(value: number | undefined, digits: number): number | null {
  return value !== undefined && Number.isFinite(value) ? Number(value.toPrecision(digits)) : null;
}
