/** The board of a session as screens show it. */
import { rank, type RankedEntry } from '../leaderboard/rank.ts';
import { currentRound, standingOf, type Round, type SessionState } from './session.ts';

/** Ranked rows of a round, of the running or last one unless another is named; empty in the lobby. */
export function boardOf(
  session: SessionState,
  round: Pick<Round, 'id'> | null = currentRound(session),
): RankedEntry[] {
  return round ? rank(standingOf(session, round.id)) : [];
}

/** Provisional submissions of its round that are not `submissionId`: at most these can be ahead of it. */
export function othersWaiting(session: SessionState, submissionId: string): number {
  const roundId = session.submissions[submissionId]?.roundId ?? currentRound(session)?.id;
  if (!roundId) return 0;
  return standingOf(session, roundId).filter(
    (submission) => submission.status === 'provisional' && submission.submissionId !== submissionId,
  ).length;
}
