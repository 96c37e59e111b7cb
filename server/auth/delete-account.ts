/**
 * Deletes an account. What is somebody's alone goes with it: study records, passes, plans, sign-ins. What belongs to a
 * class stays without a name: seats with their runs and submissions, sessions that were hosted.
 */
import { and, count, eq, isNull, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../db/index.ts';
import { liveSessions, participants, sessionEvents, sessionHosts, users } from '../db/schema.ts';
import { dropHost } from '../live/hosts.ts';
import { nicknameKey } from '../live/lookalikes.ts';
import type { Rooms } from '../live/rooms.ts';
import { Refusal } from '../refusal.ts';

interface Deps {
  db: Database;
  rooms: Rooms;
  now: () => number;
}

/**
 * Done again after a failure it goes on where it stopped; the account goes last.
 * @throws {Refusal} 409 while a session of the account's goes on
 */
export async function deleteAccount({ db, rooms, now }: Deps, userId: string): Promise<void> {
  await refuseWhileHosting(db, userId);
  const seats = await db
    .select({ id: participants.id, sessionId: participants.sessionId })
    .from(participants)
    .where(eq(participants.userId, userId));
  for (const { id, sessionId } of seats) await takeNameOff({ rooms, now }, sessionId, id);
  const hosted = await db
    .select({ sessionId: sessionHosts.sessionId })
    .from(sessionHosts)
    .where(eq(sessionHosts.userId, userId));
  for (const { sessionId } of hosted) await leaveHosts({ rooms, now }, sessionId, userId);
  await db.delete(users).where(eq(users.id, userId));
}

async function refuseWhileHosting(db: Database, userId: string): Promise<void> {
  const [own] = await db
    .select({ open: count() })
    .from(liveSessions)
    .where(and(eq(liveSessions.hostId, userId), isNull(liveSessions.endedAt)));
  if (!own?.open) return;
  const sessions = own.open === 1 ? 'A session of yours has' : `${own.open} sessions of yours have`;
  throw new Refusal(409, `${sessions} not ended. End what you host before you delete the account.`);
}

/** Renames a seat on every board and page, and in the session's log, which is replayed, and ends its cookies. */
async function takeNameOff(
  { rooms, now }: Pick<Deps, 'rooms' | 'now'>,
  sessionId: string,
  participantId: string,
): Promise<void> {
  const room = (await rooms.byId(sessionId))!;
  const nickname = `Former student ${participantId.slice(0, 8)}`;
  await room.change(() => ({
    events: [{ type: 'participant:renamed', at: now(), participantId, nickname }],
    write: async (tx) => {
      await tx
        .update(participants)
        .set({
          nickname,
          nicknameKey: nicknameKey(nickname),
          // Whoever signs in next in that browser would be offered the seat.
          seatExpiresAt: new Date(now()),
        })
        .where(eq(participants.id, participantId));
      const of = { path: '{participant,id}', id: participantId };
      await rewrite(tx, sessionId, 'participant:joined', '{participant,nickname}', nickname, of);
      const renamed = { path: '{participantId}', id: participantId };
      await rewrite(tx, sessionId, 'participant:renamed', '{nickname}', nickname, renamed);
    },
    value: undefined,
  }));
}

/** Takes a co-host out of a session, ended or not, and their name out of its log. */
async function leaveHosts(
  { rooms, now }: Pick<Deps, 'rooms' | 'now'>,
  sessionId: string,
  userId: string,
): Promise<void> {
  const room = (await rooms.byId(sessionId))!;
  await room.change(() => ({
    events: [{ type: 'host:removed', at: now(), hostId: userId }],
    write: async (tx) => {
      await dropHost(tx, sessionId, userId);
      const of = { path: '{host,id}', id: userId };
      await rewrite(tx, sessionId, 'host:added', '{host,name}', 'former co-host', of);
    },
    value: undefined,
  }));
}

/** Puts another text in the events of one type that are about one person. Paths are those of jsonb. */
async function rewrite(
  tx: Transaction,
  sessionId: string,
  type: string,
  path: string,
  text: string,
  of: { path: string; id: string },
): Promise<void> {
  const { event } = sessionEvents;
  await tx
    .update(sessionEvents)
    .set({ event: sql`jsonb_set(${event}, ${path}::text[], to_jsonb(${text}::text))` })
    .where(
      and(
        eq(sessionEvents.sessionId, sessionId),
        sql`${event} ->> 'type' = ${type}`,
        sql`${event} #>> ${of.path}::text[] = ${of.id}`,
      ),
    );
}
