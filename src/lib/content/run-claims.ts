/** What a text may claim of a run so that a machine can check it: a figure, and a bound for it. */
import type { RunResult } from '../engine/train/events.ts';

export interface RunFigures {
  /** Share of validation examples classified correctly after the run, 0–1. */
  accuracy: number;
  /** Validation loss after the run, in nats. */
  loss: number;
  /** By how much validation loss fell over the run, in nats; negative where it rose. */
  improvement: number;
  /** Validation loss less training loss at the run's end, in nats. */
  gap: number;
  /** Rise of the loss on general English, in nats a token. */
  forgetting: number;
}

export interface Claim {
  figure: keyof RunFigures;
  at: 'least' | 'most';
  value: number;
}

/** Steps whose mean is the training loss at a run's end: one batch says little. */
const LAST_STEPS = 15;

/** Figures that a run does not have, such as the gap of one that trains nothing, are not numbers: no claim holds of them. */
export function figuresOf({
  before,
  after,
  trace,
  general,
}: Pick<RunResult, 'before' | 'after' | 'trace' | 'general'>): RunFigures {
  const last = trace.slice(-LAST_STEPS);
  const training = last.reduce((sum, { loss }) => sum + loss, 0) / last.length;
  return {
    accuracy: after.accuracy,
    loss: after.loss,
    improvement: before.loss - after.loss,
    gap: after.loss - training,
    forgetting: general ? general.after - general.before : NaN,
  };
}

export function holds({ figure, at, value }: Claim, figures: RunFigures): boolean {
  return at === 'least' ? figures[figure] >= value : figures[figure] <= value;
}

const NAMES: Record<keyof RunFigures, string> = {
  accuracy: 'validation accuracy',
  loss: 'validation loss',
  improvement: 'fall of the validation loss',
  gap: 'gap between validation and training loss',
  forgetting: 'loss gained on general English',
};

/** “validation accuracy at most 0.2” */
export const claimWords = ({ figure, at, value }: Claim): string =>
  `${NAMES[figure]} at ${at} ${String(value).replace('-', '−')}${figure === 'accuracy' ? '' : ' nats'}`;
