/** The board of a session as screens show it. */
import { rank, type RankedEntry } from '../leaderboard/rank.ts';
import { currentRound, standingOf, type SessionState } from './session.ts';

/** Ranked rows of the running or last round; empty in the lobby. */
export function boardOf(session: SessionState): RankedEntry[] {
  const round = currentRound(session);
  return round ? rank(standingOf(session, round.id)) : [];
}

/** Provisional submissions of the current round that are not `submissionId`: at most these can be ahead of it. */
export function othersWaiting(session: SessionState, submissionId: string): number {
  const round = currentRound(session);
  if (!round) return 0;
  return standingOf(session, round.id).filter(
    (submission) => submission.status === 'provisional' && submission.submissionId !== submissionId,
  ).length;
}
