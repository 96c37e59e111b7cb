/**
 * Telemetry of one session: the latest progress and preflight by participant and who is connected. Never stored.
 * Updates are gathered and sent at most 4 times a second; sending each one on its own was measured to
 * stall the server at 300 students.
 */
import type { Preflight, Progress } from '../../src/lib/live/protocol.ts';

/** Least time between two updates of one participant, in ms. */
export const UPDATE_INTERVAL = 500;
/** Least time between two sendings, in ms. */
export const SEND_INTERVAL = 250;
/** A client's timer may fire a little early; its steady 2 updates a second must not lose every other one. */
const TOLERANCE = 50;

export interface TelemetrySink {
  progress(latest: Record<string, Progress>): void;
  preflight(latest: Record<string, Preflight>): void;
  present(participantIds: string[]): void;
}

export class Telemetry {
  readonly #sink: TelemetrySink;
  readonly #now: () => number;
  readonly #latest = new Map<string, { at: number; progress: Progress }>();
  readonly #preflight = new Map<string, Preflight>();
  /** Open connections by participant: one person may have two tabs. */
  readonly #connections = new Map<string, number>();
  #dirty = { progress: false, preflight: false, present: false };
  #timer: NodeJS.Timeout | null = null;

  constructor(sink: TelemetrySink, now: () => number) {
    this.#sink = sink;
    this.#now = now;
  }

  /** Takes an update, or drops it when it comes too soon. The last word of a run is always taken. */
  update(participantId: string, progress: Progress): void {
    const at = this.#now();
    const held = this.#latest.get(participantId);
    const early = held && at - held.at < UPDATE_INTERVAL - TOLERANCE;
    if (early && progress.state === 'running' && held.progress.runId === progress.runId) return;
    this.#latest.set(participantId, { at, progress });
    this.#schedule('progress');
  }

  checked(participantId: string, preflight: Preflight): void {
    this.#preflight.set(participantId, preflight);
    this.#schedule('preflight');
  }

  connected(participantId: string): void {
    this.#connections.set(participantId, (this.#connections.get(participantId) ?? 0) + 1);
    this.#schedule('present');
  }

  disconnected(participantId: string): void {
    const left = (this.#connections.get(participantId) ?? 1) - 1;
    if (left > 0) this.#connections.set(participantId, left);
    else this.#connections.delete(participantId);
    this.#schedule('present');
  }

  /** A new round starts with empty tiles. */
  clearProgress(): void {
    this.#latest.clear();
    this.#schedule('progress');
  }

  get progress(): Record<string, Progress> {
    return Object.fromEntries([...this.#latest].map(([id, { progress }]) => [id, progress]));
  }

  get preflight(): Record<string, Preflight> {
    return Object.fromEntries(this.#preflight);
  }

  get present(): string[] {
    return [...this.#connections.keys()];
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(what: 'progress' | 'preflight' | 'present'): void {
    this.#dirty[what] = true;
    this.#timer ??= setTimeout(() => this.#send(), SEND_INTERVAL);
  }

  #send(): void {
    this.#timer = null;
    const { progress, preflight, present } = this.#dirty;
    this.#dirty = { progress: false, preflight: false, present: false };
    if (progress) this.#sink.progress(this.progress);
    if (preflight) this.#sink.preflight(this.preflight);
    if (present) this.#sink.present(this.present);
  }
}
