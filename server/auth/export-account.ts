/** Everything that is stored of an account, as one document for its owner. */
import { eq, inArray } from 'drizzle-orm';
import type { Database } from '../db/index.ts';
import {
  liveSessions,
  participants,
  passes,
  runs,
  sessionPlans,
  submissions,
  users,
} from '../db/schema.ts';
import type { StudyRecords } from '../study/records.ts';

/** Its password's hash and its sign-ins are left out, and the bytes of artifacts, which its own browser has. */
export async function exportAccount(db: Database, study: StudyRecords, userId: string) {
  const [account] = await db
    .select({ username: users.username, role: users.role, createdAt: users.createdAt })
    .from(users)
    .where(eq(users.id, userId));
  const seats = await db
    .select({
      seat: participants.id,
      code: liveSessions.code,
      title: liveSessions.title,
      nickname: participants.nickname,
      joinedAt: participants.joinedAt,
      connectedAt: participants.connectedAt,
      removedAt: participants.removedAt,
    })
    .from(participants)
    .innerJoin(liveSessions, eq(participants.sessionId, liveSessions.id))
    .where(eq(participants.userId, userId));
  const ids = seats.map(({ seat }) => seat);
  const ofSeats = async <T>(rows: (ids: string[]) => Promise<T[]>) =>
    ids.length > 0 ? rows(ids) : [];
  const records = (await study.of(userId)).filter(({ value }) => value !== null);
  return {
    format: 'rankroom-account',
    version: 1,
    account,
    passes: await db
      .select({
        source: passes.source,
        grantedAt: passes.grantedAt,
        expiresAt: passes.expiresAt,
      })
      .from(passes)
      .where(eq(passes.userId, userId)),
    sessions: seats,
    hosted: await db
      .select({
        code: liveSessions.code,
        title: liveSessions.title,
        createdAt: liveSessions.createdAt,
        endedAt: liveSessions.endedAt,
      })
      .from(liveSessions)
      .where(eq(liveSessions.hostId, userId)),
    plans: await db
      .select({
        title: sessionPlans.title,
        plan: sessionPlans.plan,
        updatedAt: sessionPlans.updatedAt,
      })
      .from(sessionPlans)
      .where(eq(sessionPlans.ownerId, userId)),
    runs: await ofSeats((seat) =>
      db
        .select({
          id: runs.id,
          seat: runs.participantId,
          recipe: runs.recipe,
          report: runs.report,
          createdAt: runs.createdAt,
        })
        .from(runs)
        .where(inArray(runs.participantId, seat)),
    ),
    submissions: await ofSeats((seat) =>
      db
        .select({
          id: submissions.id,
          run: submissions.runId,
          seat: submissions.participantId,
          task: submissions.task,
          recipe: submissions.recipeLabel,
          status: submissions.status,
          accuracy: submissions.accuracy,
          trainable: submissions.trainable,
          reason: submissions.reason,
          submittedAt: submissions.submittedAt,
        })
        .from(submissions)
        .where(inArray(submissions.participantId, seat)),
    ),
    notes: records.filter(({ kind }) => kind === 'note'),
    study: records.filter(({ kind }) => kind !== 'note'),
  };
}
