/**
 * Challenges for people who learn on their own: one session a task and month, without a host and with one round that
 * is always open. Its students, uploads and board are those of any session.
 */
import { and, isNull, like, ne } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import { defaultChallenge } from '../../src/lib/live/challenge.ts';
import type { Database } from '../db/index.ts';
import { liveSessions } from '../db/schema.ts';
import { endSession, startRound } from './host-commands.ts';
import type { Rooms } from './rooms.ts';
import type { SessionRoom } from './session-room.ts';

export class OpenChallenges {
  readonly #db: Database;
  readonly #rooms: Rooms;
  readonly #now: () => number;

  constructor(db: Database, rooms: Rooms, now: () => number) {
    this.#db = db;
    this.#rooms = rooms;
    this.#now = now;
  }

  /**
   * The session of this month, made when it is first asked for. A month has its own, so that no board grows for ever
   * and a newcomer can lead one.
   * @param task id of a task that there is
   */
  async of(task: string): Promise<SessionRoom> {
    const month = new Date(this.#now());
    const title = `Open challenge, ${month.toLocaleDateString('en', { month: 'long', year: 'numeric', timeZone: 'UTC' })}`;
    const name = `${task}/${month.toISOString().slice(0, 7)}`;
    const room = await this.#rooms.openChallenge(name, title);
    // The session's id makes it the same request whoever asks first; a repeat changes nothing.
    const challenge = { ...defaultChallenge(), task };
    await startRound(room, { requestId: room.meta.id, challenge }, this.#now);
    await this.#endEarlier(task, name);
    return room;
  }

  async #endEarlier(task: string, name: string): Promise<void> {
    const earlier = await this.#db
      .select({ id: liveSessions.id })
      .from(liveSessions)
      .where(
        and(
          like(liveSessions.openChallenge, `${task}/%`),
          ne(liveSessions.openChallenge, name),
          isNull(liveSessions.endedAt),
        ),
      );
    for (const { id } of earlier) {
      const room = await this.#rooms.byId(id);
      if (room) await endSession(room, { requestId: randomUUID() }, this.#now);
    }
  }
}
