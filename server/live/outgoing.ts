/**
 * Stored events on their way to the screens. One after a pause goes at once; what follows within a tenth of a second
 * is gathered: 500 people who join within a minute would otherwise be 500 messages to each of 500 screens.
 */
import type { SequencedEvent } from '../../src/lib/live/session.ts';
import type { SessionRoom } from './session-room.ts';

/** Least time between two sendings to the screens of one session, in ms. */
export const GATHER_INTERVAL = 100;

interface Waiting {
  room: SessionRoom;
  events: SequencedEvent[];
  timer: NodeJS.Timeout;
}

export class Outgoing {
  readonly #send: (room: SessionRoom, events: SequencedEvent[]) => void;
  /** By session id, for as long as a sending is less than the interval ago. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(send: (room: SessionRoom, events: SequencedEvent[]) => void) {
    this.#send = send;
  }

  add(room: SessionRoom, events: SequencedEvent[]): void {
    const waiting = this.#waiting.get(room.meta.id);
    if (waiting) {
      waiting.events.push(...events);
      return;
    }
    this.#send(room, events);
    this.#wait(room);
  }

  /** What waits for one session's screens goes nowhere. */
  drop(id: string): void {
    clearTimeout(this.#waiting.get(id)?.timer);
    this.#waiting.delete(id);
  }

  close(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #wait(room: SessionRoom): void {
    const timer = setTimeout(() => this.#flush(room.meta.id), GATHER_INTERVAL);
    this.#waiting.set(room.meta.id, { room, events: [], timer });
  }

  #flush(id: string): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (!waiting || waiting.events.length === 0) return;
    this.#send(waiting.room, waiting.events);
    this.#wait(waiting.room);
  }
}
