import type { SessionState, Submission } from './session.ts';

/** Submissions of one round. */
export function submissionsOf(state: SessionState, roundId: string): Submission[] {
  return Object.values(state.submissions).filter((submission) => submission.roundId === roundId);
}

/** Those of one round that stand on its board: a seat that the host has closed has none there. */
export function standingOf(state: SessionState, roundId: string): Submission[] {
  return submissionsOf(state, roundId).filter(
    ({ participantId }) => state.participants[participantId]?.removedAt === undefined,
  );
}
