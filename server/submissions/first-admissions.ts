/**
 * When each run was first let in. A connection that dies under an upload makes it late by no fault of its sender: what
 * comes again counts as of then. Of this process: after a restart it counts as of when it comes.
 */

/** A browser tries again within seconds of hearing that an attempt failed, and gives an attempt 90 seconds, in ms. */
const KEPT_MS = 5 * 60_000;

export class FirstAdmissions {
  /** ms since the epoch by run, the oldest first. */
  readonly #at = new Map<string, number>();

  /** @param run what makes it this run of this seat for this round */
  of(run: string, now: number): number {
    for (const [old, at] of this.#at) {
      if (now - at <= KEPT_MS) break;
      this.#at.delete(old);
    }
    return this.#at.get(run) ?? now;
  }

  note(run: string, at: number): void {
    if (!this.#at.has(run)) this.#at.set(run, at);
  }
}
