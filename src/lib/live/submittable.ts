/** Which of this browser's runs a round would take, and which rounds would take any. */
import type { FinishedRun } from '../lab/run-controller.svelte.ts';
import { challengeViolations } from './challenge.ts';
import { takesSubmissions } from './closing.ts';
import { lockViolations } from './locks.ts';
import { mayResubmit, type Delivery } from './outbox.svelte.ts';
import type { Round } from './session.ts';

export interface OwnRuns<Run> {
  runs: readonly Run[];
  deliveries: Readonly<Record<string, Delivery>>;
  /** How much of the log this page had when a run began: what was locked later does not bind it. */
  seqAt: (runId: string) => number;
}
type Finished = { id: string; result: Pick<FinishedRun['result'], 'recipe' | 'after'> };

/** The best of them first, by their own validation accuracy. */
export function submittableRuns<Run extends Finished>(
  round: Pick<Round, 'id' | 'challenge' | 'locks'>,
  { runs, deliveries, seqAt }: OwnRuns<Run>,
): Run[] {
  return runs
    .filter(({ id }) => mayResubmit(deliveries[id], round.id))
    .filter(({ result }) => challengeViolations(round.challenge, result.recipe).length === 0)
    .filter(({ id, result }) => lockViolations(round.locks, result.recipe, seqAt(id)).length === 0)
    .sort((a, b) => b.result.after.accuracy - a.result.after.accuracy);
}

/**
 * Rounds that have ended, are not shown and would still take a run that there is, or the one under way.
 * @param shown ids of rounds that the page has anyway
 * @param now ms since the epoch, by the server's clock
 */
export function closingRounds<Run extends Finished>(
  rounds: readonly Round[],
  {
    shown,
    own,
    training,
    now,
  }: {
    shown: readonly (string | undefined)[];
    own: OwnRuns<Run>;
    /** Whether a run is under way. */
    training: boolean;
    now: number;
  },
): Round[] {
  return rounds.filter(
    (round) =>
      round.endedAt !== null &&
      !shown.includes(round.id) &&
      takesSubmissions(round, now) &&
      (training || submittableRuns(round, own).length > 0),
  );
}
