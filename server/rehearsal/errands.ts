/** What a simulated student does beside each other, all of which ends with one signal. */
import { setTimeout as sleep } from 'node:timers/promises';

export class Errands {
  readonly signal: AbortSignal;
  readonly #pace: number;
  readonly #fail: (error: unknown) => void;
  readonly #running = new Set<Promise<void>>();

  /**
   * @param pace by which waits are multiplied: 1 in a rehearsal, less in a test
   * @param fail told what went wrong in an errand, its end by the signal apart
   */
  constructor(signal: AbortSignal, pace: number, fail: (error: unknown) => void) {
    this.signal = signal;
    this.#pace = pace;
    this.#fail = fail;
  }

  /** @param ms at pace 1. @throws when the signal ends it */
  async wait(ms: number): Promise<void> {
    await sleep(ms * this.#pace, undefined, { signal: this.signal, ref: false });
  }

  /** The same however fast the rehearsal is played, for what the server's own pace decides. */
  async waitUnhurried(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.signal, ref: false });
  }

  /** Never rejects. */
  async run(work: () => Promise<void>): Promise<void> {
    const running = work().catch((error: unknown) => {
      if (!this.signal.aborted) this.#fail(error);
    });
    this.#running.add(running);
    await running;
    this.#running.delete(running);
  }

  /** Resolves when none is running. */
  async done(): Promise<void> {
    await Promise.all(this.#running);
  }
}
