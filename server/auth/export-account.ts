/** What is stored of an account, as one document for its owner. */
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from '../db/index.ts';
import {
  classCodes,
  liveSessions,
  participants,
  passes,
  runs,
  sessionEvents,
  sessionHosts,
  sessionPlans,
  submissions,
  users,
} from '../db/schema.ts';
import type { StudyRecords } from '../study/records.ts';

/**
 * Left out: its password's hash, its sign-ins and links; the bytes of artifacts, which its own browser has; and of a
 * session's log all but the answers given (hands raised, consents, dealt cells).
 */
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
    coHosted: await db
      .select({
        code: liveSessions.code,
        title: liveSessions.title,
        addedAt: sessionHosts.addedAt,
      })
      .from(sessionHosts)
      .innerJoin(liveSessions, eq(sessionHosts.sessionId, liveSessions.id))
      .where(eq(sessionHosts.userId, userId)),
    classCodes: await db
      .select({
        code: classCodes.code,
        uses: classCodes.uses,
        used: classCodes.used,
        createdAt: classCodes.createdAt,
        endsAt: classCodes.endsAt,
      })
      .from(classCodes)
      .where(eq(classCodes.createdBy, userId)),
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
    answers: await ofSeats((seat) => answersOf(db, seat)),
    notes: records.filter(({ kind }) => kind === 'note'),
    study: records.filter(({ kind }) => kind !== 'note'),
  };
}

/** To the polls and predictions of classes, in the order in which they were given. */
async function answersOf(db: Database, seats: string[]) {
  const { event } = sessionEvents;
  const rows = await db
    .select({ event })
    .from(sessionEvents)
    .where(
      and(
        sql`${event} ->> 'type' = 'answer:given'`,
        inArray(sql`${event} ->> 'participantId'`, seats),
      ),
    )
    .orderBy(asc(sessionEvents.sessionId), asc(sessionEvents.seq));
  return rows.flatMap(({ event: given }) =>
    given.type === 'answer:given'
      ? [
          {
            seat: given.participantId,
            activity: given.activityId,
            answer: given.answer,
            at: given.at,
          },
        ]
      : [],
  );
}
