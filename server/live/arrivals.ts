/**
 * Which seats have opened a socket, and when so many have not that a program must be taking them.
 *
 * A person's page opens its socket as soon as it is there; a program that only posts the form never does.
 * Noticed here by process, in memory; that a seat has connected is kept in its row, for the host to clear the others.
 */
import { and, eq, inArray, isNull, lt } from 'drizzle-orm';
import type { SequencedEvent } from '../../src/lib/live/session.ts';
import type { Database } from '../db/index.ts';
import { participants } from '../db/schema.ts';
import type { SessionRoom } from './session-room.ts';

/**
 * When a seat without a socket counts as silent, in ms. On a network that 500 phones have just entered, page, script
 * and handshake take seconds; twenty are more than any of them should need.
 */
export const SILENT_AFTER = 20_000;
/** Seats taken longer ago say nothing about now, in ms. */
const WINDOW = 2 * 60_000;
/**
 * Silent seats that make a flood, if they are also most of those that have had their time. A hall of 500 joins within
 * a minute from one address: a tenth of it may put the phone away after **Join** and be 50 silent seats, beside 450
 * that are not. Of a class of 30, 25 would have to fall silent at once, which is what happens when nobody is there.
 * The count says nothing about addresses, since a hall has one and a flood may have many.
 */
const FEWEST = 25;

interface Arrival {
  at: number;
  connected: boolean;
}

export class Arrivals {
  readonly #db: Database;
  readonly #now: () => number;
  /** By session, then by participant. */
  readonly #recent = new Map<string, Map<string, Arrival>>();
  /** Connected, and not yet written down. */
  #unwritten = new Set<string>();

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  note(sessionId: string, events: readonly SequencedEvent[]): void {
    for (const { event } of events) {
      // Whoever opened or guarded the door has seen those who were there.
      if (event.type === 'door:changed') this.#recent.delete(sessionId);
      if (event.type !== 'participant:joined') continue;
      const recent = this.#recent.get(sessionId) ?? new Map<string, Arrival>();
      recent.set(event.participant.id, { at: event.at, connected: false });
      this.#recent.set(sessionId, recent);
    }
  }

  connected(sessionId: string, participantId: string): void {
    const arrival = this.#recent.get(sessionId)?.get(participantId);
    if (arrival) arrival.connected = true;
    this.#unwritten.add(participantId);
  }

  /** A session that is gone. */
  forget(sessionId: string): void {
    this.#recent.delete(sessionId);
  }

  /** Sessions with more silent seats than a class has, and how many. */
  floods(): { sessionId: string; seats: number }[] {
    const now = this.#now();
    return [...this.#recent].flatMap(([sessionId, recent]) => {
      for (const [id, { at }] of recent) if (now - at > WINDOW) recent.delete(id);
      if (recent.size === 0) this.#recent.delete(sessionId);
      const ripe = [...recent.values()].filter(({ at }) => now - at >= SILENT_AFTER);
      const seats = ripe.filter(({ connected }) => !connected).length;
      return seats >= FEWEST && 2 * seats > ripe.length ? [{ sessionId, seats }] : [];
    });
  }

  /** Writes down who has connected: many at a time, since a whole class may come back at once. */
  async write(): Promise<void> {
    if (this.#unwritten.size === 0) return;
    const ids = [...this.#unwritten];
    this.#unwritten = new Set();
    try {
      await this.#db
        .update(participants)
        .set({ connectedAt: new Date(this.#now()) })
        .where(and(inArray(participants.id, ids), isNull(participants.connectedAt)));
    } catch (error) {
      for (const id of ids) this.#unwritten.add(id);
      throw error;
    }
  }

  /** Open seats of a session whose browser has had its time and never connected. */
  async silent({ meta }: SessionRoom): Promise<string[]> {
    await this.write();
    const rows = await this.#db
      .select({ id: participants.id })
      .from(participants)
      .where(
        and(
          eq(participants.sessionId, meta.id),
          isNull(participants.connectedAt),
          isNull(participants.removedAt),
          lt(participants.joinedAt, new Date(this.#now() - SILENT_AFTER)),
        ),
      );
    return rows.map(({ id }) => id).filter((id) => !this.#unwritten.has(id));
  }
}
