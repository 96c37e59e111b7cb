/** All live sessions: makes them, finds them by code or id, lists a host's. Rooms are loaded when first asked for. */
import { and, count, desc, eq, inArray } from 'drizzle-orm';
import { customAlphabet } from 'nanoid';
import { randomUUID } from 'node:crypto';
import { CODE_ALPHABET, CODE_LENGTH } from '../../src/lib/live/protocol.ts';
import type { SequencedEvent, SessionState } from '../../src/lib/live/session.ts';
import { isUniqueViolation, type Database } from '../db/index.ts';
import { liveSessions, participants, rounds } from '../db/schema.ts';
import { SessionRoom, type SessionMeta } from './session-room.ts';

export interface SessionSummary {
  code: string;
  title: string;
  phase: SessionState['phase'];
  participants: number;
  createdAt: number;
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

  /** @param requestId made by the client: a repeat gets the session that the first one made */
  async create(hostId: string, title: string, requestId: string | null): Promise<SessionMeta> {
    for (;;) {
      const made = requestId && (await this.#madeBy(hostId, requestId));
      if (made) return made;
      const meta = { id: randomUUID(), code: newCode(), title, hostId };
      try {
        const createdAt = new Date(this.#now());
        await this.#db.insert(liveSessions).values({ ...meta, createdAt, requestId });
        return meta;
      } catch (error) {
        // The code is taken, or the same request was here a moment earlier: look again.
        if (!isUniqueViolation(error)) throw error;
      }
    }
  }

  async #madeBy(hostId: string, requestId: string): Promise<SessionMeta | null> {
    const [row] = await this.#db
      .select()
      .from(liveSessions)
      .where(and(eq(liveSessions.hostId, hostId), eq(liveSessions.requestId, requestId)));
    if (!row) return null;
    const { id, code, title } = row;
    return { id, code, title, hostId };
  }

  /** @param code as {@link CodeSchema} leaves it */
  async byCode(code: string): Promise<SessionRoom | null> {
    const [row] = await this.#db.select().from(liveSessions).where(eq(liveSessions.code, code));
    return row ? this.#room(row) : null;
  }

  async byId(id: string): Promise<SessionRoom | null> {
    const [row] = await this.#db.select().from(liveSessions).where(eq(liveSessions.id, id));
    return row ? this.#room(row) : null;
  }

  async hostedBy(hostId: string): Promise<SessionSummary[]> {
    const sessions = await this.#db
      .select()
      .from(liveSessions)
      .where(eq(liveSessions.hostId, hostId))
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
    return sessions.map(({ id, code, title, createdAt, endedAt }) => ({
      code,
      title,
      phase: endedAt ? 'ended' : phaseOf(played.filter((round) => round.sessionId === id)),
      participants: people.find((row) => row.sessionId === id)?.people ?? 0,
      createdAt: createdAt.getTime(),
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
    for (const [id] of idle) {
      this.#asked.delete(id);
      this.#loading.delete(id);
      this.#open.delete(id);
    }
    return idle.map(([id]) => id);
  }

  #room({ id, code, title, hostId }: SessionMeta): Promise<SessionRoom> {
    this.#asked.set(id, this.#now());
    const held = this.#loading.get(id);
    if (held) return held;
    const loading = SessionRoom.load(this.#db, { id, code, title, hostId }).then((room) => {
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
