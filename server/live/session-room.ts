/**
 * One live session in memory: its state, rebuilt by replaying its event log, and the only way to change it.
 *
 * A change is decided on the current state, written to the database with its events and rows in one
 * transaction, then applied and published; nobody sees what is not stored. Changes of one session happen
 * one after another. When a write fails, what was stored is unknown, so the room reads the log again.
 */
import { and, asc, eq, gt } from 'drizzle-orm';
import {
  initialSession,
  reduceSession,
  type SequencedEvent,
  type SessionEvent,
  type SessionState,
} from '../../src/lib/live/session.ts';
import { isUniqueViolation, type Database, type Transaction } from '../db/index.ts';
import { sessionEvents } from '../db/schema.ts';
import { Refusal } from '../refusal.ts';

export interface SessionMeta {
  id: string;
  code: string;
  title: string;
  /** The account that made it; empty once that is deleted. */
  hostId: string;
  hostName: string;
  /** A trial run with simulated students. */
  rehearsal: boolean;
  /** A challenge for everybody, without a host. */
  open: boolean;
}

export interface Change<T> {
  /** In order; none when the request was already answered before. */
  events: SessionEvent[];
  /** Stored with the first event, so that a repeat finds it. */
  requestId?: string;
  /** Rows that belong to the events. Throwing undoes everything. */
  write?: (tx: Transaction) => Promise<void>;
  value: T;
}

/** Throws a Refusal to change nothing. May be called twice: it must not act, only decide. */
export type Decide<T> = (state: SessionState) => Change<T> | Promise<Change<T>>;

/** Events kept in memory for reconnecting screens; older ones get a snapshot. */
const TAIL = 500;

export class SessionRoom {
  readonly meta: SessionMeta;
  readonly #db: Database;
  readonly #listeners = new Set<(events: SequencedEvent[]) => void>();
  #state: SessionState;
  #tail: SequencedEvent[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #retired = false;

  private constructor(db: Database, meta: SessionMeta) {
    this.#db = db;
    this.meta = meta;
    this.#state = initialSession(meta.code, meta.title, meta.rehearsal);
  }

  static async load(db: Database, meta: SessionMeta): Promise<SessionRoom> {
    const room = new SessionRoom(db, meta);
    await room.#catchUp();
    return room;
  }

  get state(): SessionState {
    return this.#state;
  }

  onEvents(listener: (events: SequencedEvent[]) => void): void {
    this.#listeners.add(listener);
  }

  /** Events after `seq`; null when they are no longer at hand and a snapshot has to be sent. */
  since(seq: number): SequencedEvent[] | null {
    if (seq > this.#state.seq) return null;
    const missing = this.#tail.filter((entry) => entry.seq > seq);
    return missing.length === this.#state.seq - seq ? missing : null;
  }

  /** Nothing can be changed any more: the session is gone. */
  get retired(): boolean {
    return this.#retired;
  }

  /** Refuses every change from now on, and does `work` when those under way are done. */
  retire(work: () => Promise<void>): Promise<void> {
    this.#retired = true;
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }

  change<T>(decide: Decide<T>): Promise<T> {
    if (this.#retired) return Promise.reject(new Refusal(410, 'This session is over.'));
    const result = this.#queue.then(() => this.#change(decide));
    this.#queue = result.catch(() => {});
    return result;
  }

  /** The event a request caused, when the request was answered before. */
  async eventOf(requestId: string): Promise<SessionEvent | null> {
    const [row] = await this.#db
      .select({ event: sessionEvents.event })
      .from(sessionEvents)
      .where(
        and(eq(sessionEvents.sessionId, this.meta.id), eq(sessionEvents.requestId, requestId)),
      );
    return row?.event ?? null;
  }

  async #change<T>(decide: Decide<T>): Promise<T> {
    const first = await decide(this.#state);
    try {
      return await this.#commit(first);
    } catch (error) {
      await this.#catchUp();
      if (!isUniqueViolation(error)) throw error;
      // Another writer was first (a name, a run id or a sequence number): decide again on what is there now.
      return this.#commit(await decide(this.#state));
    }
  }

  async #commit<T>({ events, requestId, write, value }: Change<T>): Promise<T> {
    if (events.length === 0) return value;
    const sequenced = events.map((event, index) => ({ seq: this.#state.seq + 1 + index, event }));
    await this.#db.transaction(async (tx) => {
      await write?.(tx);
      await tx.insert(sessionEvents).values(
        sequenced.map(({ seq, event }, index) => ({
          sessionId: this.meta.id,
          seq,
          event,
          requestId: index === 0 ? (requestId ?? null) : null,
        })),
      );
    });
    this.#apply(sequenced);
    return value;
  }

  async #catchUp(): Promise<void> {
    const stored = await this.#db
      .select({ seq: sessionEvents.seq, event: sessionEvents.event })
      .from(sessionEvents)
      .where(and(eq(sessionEvents.sessionId, this.meta.id), gt(sessionEvents.seq, this.#state.seq)))
      .orderBy(asc(sessionEvents.seq));
    this.#apply(stored);
  }

  #apply(events: SequencedEvent[]): void {
    if (events.length === 0) return;
    this.#state = events.reduce(reduceSession, this.#state);
    this.#tail = [...this.#tail, ...events].slice(-TAIL);
    for (const listener of this.#listeners) listener(events);
  }
}
