/** Leaderboards: of one round from its session's state, of one task over all sessions from the database. */
import { and, eq, isNull } from 'drizzle-orm';
import { rank, type RankedEntry } from '../../src/lib/leaderboard/rank.ts';
import type { LeaderboardDocument } from '../../src/lib/live/protocol.ts';
import { currentRound, standingOf, type SessionState } from '../../src/lib/live/session.ts';
import type { Database } from '../db/index.ts';
import { liveSessions, participants, submissions } from '../db/schema.ts';

/** @param number of the round, or null for the current one. @returns null when there is no such round */
export function leaderboardOf(
  state: SessionState,
  number: number | null,
): LeaderboardDocument | null {
  const round =
    number === null
      ? currentRound(state)
      : state.rounds.find((candidate) => candidate.number === number);
  if (number !== null && !round) return null;
  const rows = round ? rank(standingOf(state, round.id)) : [];
  const rehearsal = state.rehearsal ? { rehearsal: true as const } : {};
  return { session: state.code, ...rehearsal, round: round?.number ?? null, rows };
}

/** Every participant's best verified submission, over all sessions but rehearsals, in order. */
export async function bestOfTask(db: Database, task: string): Promise<RankedEntry[]> {
  const rows = await db
    .select({
      submissionId: submissions.id,
      participantId: submissions.participantId,
      nickname: participants.nickname,
      namesHidden: liveSessions.namesHidden,
      recipe: submissions.recipeLabel,
      status: submissions.status,
      accuracy: submissions.accuracy,
      trainable: submissions.trainable,
      submittedAt: submissions.submittedAt,
      reason: submissions.reason,
    })
    .from(submissions)
    .innerJoin(participants, eq(submissions.participantId, participants.id))
    .innerJoin(liveSessions, eq(submissions.sessionId, liveSessions.id))
    .where(
      and(
        eq(submissions.task, task),
        eq(submissions.status, 'verified'),
        isNull(participants.removedAt),
        isNull(liveSessions.rehearsalUntil),
      ),
    );
  return rank(
    rows.map(({ namesHidden, ...row }) => ({
      ...row,
      // Pseudonyms are of one session: over all of them there would be many a Student 7.
      nickname: namesHidden ? 'Anonymous' : row.nickname,
      submittedAt: row.submittedAt.getTime(),
    })),
  );
}
