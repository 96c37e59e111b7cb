/** The sessions in which an account holds a seat, with what came of it there. */
import { and, desc, eq, inArray, isNull } from 'drizzle-orm';
import { rank } from '../../src/lib/leaderboard/rank.ts';
import type { Database } from '../db/index.ts';
import { liveSessions, participants, submissions } from '../db/schema.ts';

export interface Attendance {
  code: string;
  title: string;
  nickname: string;
  /** ms since the epoch. */
  joinedAt: number;
  ended: boolean;
  /** The best verified submission by the ranking rule; null before one. */
  best: { accuracy: number; task: string; recipe: string } | null;
}

/** The newest first. Seats that a host has closed are left out, as they are on every board; so are rehearsals. */
export async function attendanceOf(db: Database, userId: string): Promise<Attendance[]> {
  const seats = await db
    .select({
      id: participants.id,
      nickname: participants.nickname,
      joinedAt: participants.joinedAt,
      code: liveSessions.code,
      title: liveSessions.title,
      endedAt: liveSessions.endedAt,
    })
    .from(participants)
    .innerJoin(liveSessions, eq(participants.sessionId, liveSessions.id))
    .where(
      and(
        eq(participants.userId, userId),
        isNull(participants.removedAt),
        isNull(liveSessions.rehearsalUntil),
      ),
    )
    .orderBy(desc(participants.joinedAt));
  const best = await bestOf(
    db,
    seats.map(({ id }) => id),
  );
  return seats.map(({ id, code, title, nickname, joinedAt, endedAt }) => ({
    code,
    title,
    nickname,
    joinedAt: joinedAt.getTime(),
    ended: endedAt !== null,
    best: best.get(id) ?? null,
  }));
}

async function bestOf(
  db: Database,
  seats: readonly string[],
): Promise<Map<string, NonNullable<Attendance['best']>>> {
  if (seats.length === 0) return new Map();
  const rows = await db
    .select()
    .from(submissions)
    .where(and(inArray(submissions.participantId, [...seats]), eq(submissions.status, 'verified')));
  const ranked = rank(
    rows.map(({ id, recipeLabel, submittedAt, ...row }) => ({
      ...row,
      submissionId: id,
      recipe: recipeLabel,
      submittedAt: submittedAt.getTime(),
      nickname: '',
    })),
  );
  const taskOf = new Map(rows.map(({ id, task }) => [id, task]));
  return new Map(
    ranked.map(({ participantId, submissionId, accuracy, recipe }) => [
      participantId,
      { accuracy: accuracy ?? 0, task: taskOf.get(submissionId) ?? '', recipe },
    ]),
  );
}
