/**
 * The last finished run of each student who shares, as their device said it. Never stored: a page says it again on
 * every connection, and what the host shows becomes an event of its own.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Offer } from '../../src/lib/live/protocol.ts';

export class Offers {
  readonly #latest = new Map<string, Offer>();

  /** Whether the student has said the same before. */
  has(participantId: string, offer: Offer): boolean {
    return isDeepStrictEqual(this.#latest.get(participantId), offer);
  }

  set(participantId: string, offer: Offer): void {
    this.#latest.set(participantId, offer);
  }

  delete(participantId: string): void {
    this.#latest.delete(participantId);
  }

  of(participantId: string): Offer | null {
    return this.#latest.get(participantId) ?? null;
  }

  get all(): Record<string, Offer> {
    return Object.fromEntries(this.#latest);
  }
}
