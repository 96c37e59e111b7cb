/**
 * Rehearsals: trial runs of a session with simulated students, on this very server. One lives as long as the process
 * that began it, an hour at most, and is deleted with everything in it when it ends. What a crash left behind goes at
 * the next start or, where several servers share a database, when nobody has said for a while that it goes on.
 */
import { and, eq, isNotNull, lt, notInArray } from 'drizzle-orm';
import { isDeepStrictEqual } from 'node:util';
import type { Plan } from '../../src/lib/live/plan.ts';
import type { Database } from '../db/index.ts';
import { liveSessions } from '../db/schema.ts';
import type { LiveHub } from '../live/hub.ts';
import type { Rooms } from '../live/rooms.ts';
import type { Seats } from '../live/seats.ts';
import type { SessionRoom } from '../live/session-room.ts';
import type { Logger } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { loopbackOrigin } from './loopback.ts';
import { loadRecordings } from './recordings.ts';
import { startClass } from './simulated-class.ts';

/** In ms. */
const LONGEST = 60 * 60_000;
/** Of one server: each is a class of connections, and its runs are verified as others are. */
const AT_ONCE = 3;
/** A rehearsal whose server has said nothing for this long is nobody's, in ms; said well before. */
const LEASE = 30_000;
const RENEW_INTERVAL = 10_000;
const SEED = 1;

export interface RehearsalOptions {
  db: Database;
  rooms: Rooms;
  seats: Seats;
  hub: LiveHub;
  log: Logger;
  now: () => number;
  /** Whether no other server has this database. */
  alone: boolean;
  /** By which the simulated students' waits are multiplied. */
  pace?: number;
  /** In ms. */
  longest?: number;
}

/** What is rehearsed. */
export interface Script {
  title: string;
  plan: Plan;
  /** Join code of the session; null for a saved plan. */
  code: string | null;
}

interface Running {
  room: SessionRoom;
  script: Script;
  dismiss: () => Promise<void>;
  limit: NodeJS.Timeout;
}

export class Rehearsals {
  readonly #options: RehearsalOptions;
  /** By session id. */
  readonly #running = new Map<string, Running>();
  /** One begins or ends after the other: pressed twice, the second press finds the first one's. */
  #turn: Promise<unknown> = Promise.resolve();
  #renewal: NodeJS.Timeout | null = null;

  constructor(options: RehearsalOptions) {
    this.#options = options;
  }

  /** Deletes what was left behind, and goes on looking for it. */
  async start(): Promise<void> {
    await this.#reclaim(this.#options.alone);
    this.#renewal = setInterval(() => void this.#renew(), RENEW_INTERVAL);
    this.#renewal.unref();
  }

  /**
   * Begins one, or finds the account's own of the same script.
   * @returns its join code
   * @throws {Refusal} 409 while another one of the account runs, or as many as this server takes
   */
  begin(hostId: string, script: Script): Promise<string> {
    return this.#next(async () => {
      const own = [...this.#running.values()].find(({ room }) => room.meta.hostId === hostId);
      if (own && isSame(own.script, script)) return own.room.meta.code;
      if (own) throw stillRuns(own, script);
      if (this.#running.size >= AT_ONCE)
        throw new Refusal(
          409,
          `${AT_ONCE} rehearsals are running on this server. Try again when one has ended.`,
        );
      return this.#begin(hostId, script);
    });
  }

  async #begin(hostId: string, script: Script): Promise<string> {
    const { rooms, seats, hub, log, now, pace = 1, longest = LONGEST } = this.#options;
    const origin = loopbackOrigin(hub.server);
    if (!origin) throw new Error('the server does not listen yet');
    const recordings = await loadRecordings();
    const { title, plan } = script;
    const until = new Date(now() + LEASE);
    const { id } = await rooms.create(hostId, title, null, plan, until);
    const room = await rooms.byId(id);
    if (!room) throw new Error('the rehearsal is gone');
    const dismiss = startClass({ room, seats, origin, recordings, seed: SEED, pace, log });
    const limit = setTimeout(() => this.#endQuietly(id), longest);
    limit.unref();
    this.#running.set(id, { room, script, dismiss, limit });
    return room.meta.code;
  }

  /**
   * Ends a rehearsal of this account and deletes all of it.
   * @param code its join code
   * @returns the path of what was rehearsed; of the host's sessions where this rehearsal is gone already
   */
  end(hostId: string, code: string): Promise<string> {
    return this.#next(async () => {
      const found = [...this.#running].find(([, { room }]) => room.meta.code === code);
      if (!found) return '/host';
      const [id, { room, script }] = found;
      if (room.meta.hostId !== hostId)
        throw new Refusal(403, 'Only who began this rehearsal ends it.');
      await this.#end(id);
      return script.code === null ? '/host/plans' : `/host/${script.code}`;
    });
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    if (this.#renewal) clearInterval(this.#renewal);
    await this.#next(async () => {
      for (const id of [...this.#running.keys()]) await this.#end(id);
    });
  }

  /** The order matters: nobody may write behind the deletion, and no screen come back after it. */
  async #end(id: string): Promise<void> {
    const running = this.#running.get(id);
    if (!running) return;
    const { db, hub } = this.#options;
    const { room, dismiss, limit } = running;
    clearTimeout(limit);
    await dismiss();
    await room.retire(async () => {
      await db.delete(liveSessions).where(eq(liveSessions.id, id));
    });
    hub.dismiss(room);
    this.#running.delete(id);
  }

  #endQuietly(id: string): void {
    this.#next(() => this.#end(id)).catch((error: unknown) =>
      this.#options.log.error({ error }, 'a rehearsal could not be ended'),
    );
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  /** Says of its own that they go on; one that another server has deleted meanwhile ends here too. */
  async #renew(): Promise<void> {
    const { db, log, now } = this.#options;
    try {
      for (const id of [...this.#running.keys()]) {
        const renewed = await db
          .update(liveSessions)
          .set({ rehearsalUntil: new Date(now() + LEASE) })
          .where(eq(liveSessions.id, id))
          .returning({ id: liveSessions.id });
        if (renewed.length === 0) this.#endQuietly(id);
      }
      await this.#reclaim(false);
    } catch (error) {
      log.warn({ error }, 'rehearsals could not be renewed; trying again');
    }
  }

  /** @param all at the start of a database's only server: whoever held these is gone */
  async #reclaim(all: boolean): Promise<void> {
    const { db, now } = this.#options;
    const own = [...this.#running.keys()];
    await db
      .delete(liveSessions)
      .where(
        and(
          isNotNull(liveSessions.rehearsalUntil),
          all ? undefined : lt(liveSessions.rehearsalUntil, new Date(now())),
          own.length > 0 ? notInArray(liveSessions.id, own) : undefined,
        ),
      );
  }
}

/** Activities of a ready-made plan get new ids each time it is used. */
const withoutIds = (plan: Plan) => plan.map((activity) => ({ ...activity, id: '' }));
const isSamePlan = (one: Script, other: Script): boolean =>
  isDeepStrictEqual(withoutIds(one.plan), withoutIds(other.plan));
const isSame = (one: Script, other: Script): boolean =>
  one.code === other.code && one.title === other.title && isSamePlan(one, other);

function stillRuns({ room, script }: Running, wanted: Script): Refusal {
  const changed = script.title === wanted.title && !isSamePlan(script, wanted);
  return new Refusal(
    409,
    `Your rehearsal of “${script.title}”${changed ? ', with another plan,' : ''} is still running. End it first: its code is ${room.meta.code}.`,
  );
}
