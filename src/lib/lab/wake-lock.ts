/**
 * Keeps a phone's screen from going dark while it trains, since most stop working then. The browser takes it
 * back whenever the page is hidden. Insecure contexts and some browsers have none, and a run goes on without.
 */
export class WakeLock {
  #wanted = false;
  #sentinel: WakeLockSentinel | null = null;
  readonly #onvisible = () => void this.#request();

  hold(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    document.addEventListener('visibilitychange', this.#onvisible);
    void this.#request();
  }

  release(): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    document.removeEventListener('visibilitychange', this.#onvisible);
    this.#drop();
  }

  async #request(): Promise<void> {
    if (!('wakeLock' in navigator) || document.visibilityState !== 'visible') return;
    try {
      const sentinel = await navigator.wakeLock.request('screen');
      this.#drop();
      this.#sentinel = sentinel;
      if (!this.#wanted) this.#drop();
    } catch {
      // A battery that is low, or a policy: the run goes on, the screen may go dark.
    }
  }

  #drop(): void {
    void this.#sentinel?.release();
    this.#sentinel = null;
  }
}
