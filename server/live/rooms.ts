/** All live sessions: makes them, finds them by code or id, lists a host's. Rooms are loaded when first asked for. */
import {
  and,
  count,
  desc,
  eq,
  getTableColumns,
  inArray,
  isNull,
  or,
  sql,
  type SQL,
} from 'drizzle-orm';
import { customAlphabet } from 'nanoid';
import { randomUUID } from 'node:crypto';
import { CODE_ALPHABET, CODE_LENGTH } from '../../src/lib/live/protocol.ts';
import type { Plan } from '../../src/lib/live/plan.ts';
import type { SequencedEvent, SessionState } from '../../src/lib/live/session.ts';
import { isUniqueViolation, type Database } from '../db/index.ts';
import {
  liveSessions,
  participants,
  rounds,
  sessionEvents,
  sessionHosts,
  users,
} from '../db/schema.ts';
import { SessionRoom, type SessionMeta } from './session-room.ts';

export interface SessionSummary {
  code: string;
  title: string;
  phase: SessionState['phase'];
  participants: number;
  createdAt: number;
  rehearsal: boolean;
  /** Who made it, where that is another account; null for one's own. */
  ownedBy: string | null;
}

const newCode = customAlphabet(CODE_ALPHABET, CODE_LENGTH);
/** A host's page lists this many, the newest first. */
const LISTED = 100;

export class Rooms {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #loading = new Map<string, Promise<SessionRoom>>();
  readonly #open = new Map<string, SessionRoom>();
  /** When each room was last asked for. */
  readonly #asked = new Map<string, number>();
  readonly #listeners = new Set<(room: SessionRoom, events: SequencedEvent[]) => void>();

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** Calls `listener` after every stored change of any session. */
  onEvents(listener: (room: SessionRoom, events: SequencedEvent[]) => void): void {
    this.#listeners.add(listener);
  }

  /**
   * @param requestId made by the client: a repeat gets the session that the first one made
   * @param plan what it begins with
   * @param rehearsalUntil for a rehearsal: when it may be deleted, unless that is put off
   */
  async create(
    hostId: string,
    title: string,
    requestId: string | null,
    plan: Plan = [],
    rehearsalUntil: Date | null = null,
  ): Promise<SessionMeta> {
    for (;;) {
      const made = requestId && (await this.#madeBy(hostId, requestId));
      if (made) return made;
      const id = randomUUID();
      try {
        const at = this.#now();
        const createdAt = new Date(at);
        await this.#db.transaction(async (tx) => {
          await tx
            .insert(liveSessions)
            .values({ id, code: newCode(), title, hostId, createdAt, requestId, rehearsalUntil });
          if (plan.length === 0) return;
          const event = { type: 'plan:changed' as const, at, plan };
          await tx.insert(sessionEvents).values({ sessionId: id, seq: 1, event });
        });
        return await this.#metaOf(id);
      } catch (error) {
        // The code is taken, or the same request was here a moment earlier: look again.
        if (!isUniqueViolation(error)) throw error;
      }
    }
  }

  /**
   * The session of an open challenge, which has no host.
   * @param name of which there is one
   */
  async openChallenge(name: string, title: string): Promise<SessionRoom> {
    for (;;) {
      const [meta] = await this.#find(eq(liveSessions.openChallenge, name));
      if (meta) return this.#room(meta);
      // Its name or its code may be taken by now: look again.
      await this.#db
        .insert(liveSessions)
        .values({
          id: randomUUID(),
          code: newCode(),
          title,
          openChallenge: name,
          createdAt: new Date(this.#now()),
        })
        .onConflictDoNothing();
    }
  }

  async #madeBy(hostId: string, requestId: string): Promise<SessionMeta | null> {
    const [meta] = await this.#find(
      and(eq(liveSessions.hostId, hostId), eq(liveSessions.requestId, requestId)),
    );
    return meta ?? null;
  }

  async #metaOf(id: string): Promise<SessionMeta> {
    const [meta] = await this.#find(eq(liveSessions.id, id));
    if (!meta) throw new Error(`session ${id} is gone`);
    return meta;
  }

  #find(where: SQL | undefined): Promise<SessionMeta[]> {
    const { id, code, title, rehearsalUntil, openChallenge } = liveSessions;
    const hostId = sql<string>`coalesce(${liveSessions.hostId}, '')`;
    const hostName = sql<string>`coalesce(${users.username}, 'its owner')`;
    const rehearsal = sql<boolean>`${rehearsalUntil} is not null`;
    const open = sql<boolean>`${openChallenge} is not null`;
    return this.#db
      .select({ id, code, title, hostId, hostName, rehearsal, open })
      .from(liveSessions)
      .leftJoin(users, eq(users.id, liveSessions.hostId))
      .where(where);
  }

  /** @param code as {@link CodeSchema} leaves it */
  async byCode(code: string): Promise<SessionRoom | null> {
    const [meta] = await this.#find(eq(liveSessions.code, code));
    return meta ? this.#room(meta) : null;
  }

  async byId(id: string): Promise<SessionRoom | null> {
    const [meta] = await this.#find(eq(liveSessions.id, id));
    return meta ? this.#room(meta) : null;
  }

  /** Those that an account made or helps to host, the newest first; rehearsals are listed for who made them. */
  async hostedBy(hostId: string): Promise<SessionSummary[]> {
    const helped = this.#db
      .select({ id: sessionHosts.sessionId })
      .from(sessionHosts)
      .where(eq(sessionHosts.userId, hostId));
    const sessions = await this.#db
      .select({ ...getTableColumns(liveSessions), owner: users.username })
      .from(liveSessions)
      .leftJoin(users, eq(users.id, liveSessions.hostId))
      .where(
        or(
          eq(liveSessions.hostId, hostId),
          and(inArray(liveSessions.id, helped), isNull(liveSessions.rehearsalUntil)),
        ),
      )
      .orderBy(desc(liveSessions.createdAt))
      .limit(LISTED);
    const ids = sessions.map(({ id }) => id);
    if (ids.length === 0) return [];
    const people = await this.#db
      .select({ sessionId: participants.sessionId, people: count() })
      .from(participants)
      .where(inArray(participants.sessionId, ids))
      .groupBy(participants.sessionId);
    const played = await this.#db
      .select({ sessionId: rounds.sessionId, endedAt: rounds.endedAt })
      .from(rounds)
      .where(inArray(rounds.sessionId, ids));
    return sessions.map(({ id, code, title, createdAt, endedAt, hostId: ownerId, ...rest }) => ({
      code,
      title,
      phase: endedAt ? 'ended' : phaseOf(played.filter((round) => round.sessionId === id)),
      participants: people.find((row) => row.sessionId === id)?.people ?? 0,
      createdAt: createdAt.getTime(),
      rehearsal: rest.rehearsalUntil !== null,
      ownedBy: ownerId === hostId ? null : (rest.owner ?? 'a deleted account'),
    }));
  }

  /** Those in memory whose log has been read. */
  get open(): Iterable<SessionRoom> {
    return this.#open.values();
  }

  get loaded(): number {
    return this.#loading.size;
  }

  /**
   * Forgets rooms that nobody has asked for since `before` and no screen shows. Their log brings them back.
   * @returns their ids
   */
  evict(before: number, isShown: (id: string) => boolean): string[] {
    const idle = [...this.#asked].filter(([id, at]) => at < before && !isShown(id));
    for (const [id] of idle) this.forget(id);
    return idle.map(([id]) => id);
  }

  /** Frees the memory of one. */
  forget(id: string): void {
    this.#asked.delete(id);
    this.#loading.delete(id);
    this.#open.delete(id);
  }

  #room(meta: SessionMeta): Promise<SessionRoom> {
    const { id } = meta;
    this.#asked.set(id, this.#now());
    const held = this.#loading.get(id);
    if (held) return held;
    const loading = SessionRoom.load(this.#db, meta).then((room) => {
      room.onEvents((events) => {
        for (const listener of this.#listeners) listener(room, events);
      });
      if (this.#loading.get(id) === loading) this.#open.set(id, room);
      return room;
    });
    this.#loading.set(id, loading);
    loading.catch(() => {
      if (this.#loading.get(id) === loading) this.#loading.delete(id);
    });
    return loading;
  }
}

function phaseOf(played: { endedAt: Date | null }[]): SessionState['phase'] {
  if (played.length === 0) return 'lobby';
  return played.some((round) => !round.endedAt) ? 'round' : 'between-rounds';
}
