/** How many uploads are read at the same time: each holds its artifact in memory until it is stored. */
import { Refusal } from '../refusal.ts';

/** A browser sends one run after the other; a second slot is for an upload whose connection has died unnoticed. */
const PER_PARTICIPANT = 2;
/** Of this process: at most this many times the largest artifact is held. */
const TOTAL = 32;

export class UploadSlots {
  readonly #held = new Map<string, number>();
  #total = 0;

  /**
   * @returns gives the slot back
   * @throws {Refusal} 429 · 503, after which an outbox tries again by itself
   */
  take(participantId: string): () => void {
    const held = this.#held.get(participantId) ?? 0;
    if (held >= PER_PARTICIPANT)
      throw new Refusal(
        429,
        'Your earlier uploads are still under way. Try again when they are done.',
      );
    if (this.#total >= TOTAL)
      throw new Refusal(
        503,
        'The server is receiving many results at once. Try again in a moment.',
      );
    this.#set(participantId, held + 1);
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#set(participantId, (this.#held.get(participantId) ?? 1) - 1);
    };
  }

  #set(participantId: string, held: number): void {
    this.#total += held - (this.#held.get(participantId) ?? 0);
    if (held > 0) this.#held.set(participantId, held);
    else this.#held.delete(participantId);
  }
}
