/** Time over which speed is averaged. */
const SPEED_WINDOW_MS = 2000;

/** Seconds per step over the last moments, so that the time left follows a device that slows down. */
export class Speedometer {
  #recent: number[] = [];
  #totalMs: number;

  /** @param before seconds that an interrupted run had trained */
  constructor(before = 0) {
    this.#totalMs = before * 1000;
  }

  step(ms: number): void {
    this.#totalMs += ms;
    this.#recent.push(ms);
    let sum = this.#recent.reduce((a, b) => a + b, 0);
    while (this.#recent.length > 1 && sum > SPEED_WINDOW_MS) sum -= this.#recent.shift()!;
  }
  get secondsPerStep(): number {
    return this.#recent.reduce((a, b) => a + b, 0) / Math.max(1, this.#recent.length) / 1000;
  }
  get totalSeconds(): number {
    return this.#totalMs / 1000;
  }
}
