/**
 * Telemetry of one session: the latest progress and preflight by participant and who is connected. Never stored.
 * A screen gets everything when it connects, then at most 4 times a second what has changed: sending each update on
 * its own was measured to stall the server at 300 students. A screen whose connection is slow is not sent more than
 * it can take: what comes meanwhile goes into the next sending.
 */
import {
  changesBetween,
  presenceBetween,
  type Changes,
  type PresenceChange,
} from '../../src/lib/live/class-changes.ts';
import type { Preflight, Progress } from '../../src/lib/live/protocol.ts';

/** Least time between two updates of one participant, in ms. */
export const UPDATE_INTERVAL = 500;
/** Least time between two sendings, in ms. */
export const SEND_INTERVAL = 250;
/** A client's timer may fire a little early; its steady 2 updates a second must not lose every other one. */
const TOLERANCE = 50;

/** A host's page or a projector. */
export interface Watcher {
  /** False while the last sending is still on its way. */
  ready(): boolean;
  progress(changes: Changes<Partial<Progress>>): void;
  preflight(changes: Changes<Preflight>): void;
  present(change: PresenceChange): void;
}

/** What a watcher has been sent. */
interface Sent {
  progress: ReadonlyMap<string, Progress>;
  preflight: ReadonlyMap<string, Preflight>;
  present: ReadonlySet<string>;
}

export class Telemetry {
  readonly #now: () => number;
  readonly #taken = new Map<string, number>();
  readonly #progress = new Map<string, Progress>();
  readonly #preflight = new Map<string, Preflight>();
  /** Open connections by participant: one person may have two tabs. */
  readonly #connections = new Map<string, number>();
  readonly #watchers = new Map<Watcher, Sent>();
  #timer: NodeJS.Timeout | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes an update, or drops it when it comes too soon. The last word of a run is always taken. */
  update(participantId: string, progress: Progress): void {
    const at = this.#now();
    const held = this.#progress.get(participantId);
    const early = at - (this.#taken.get(participantId) ?? -Infinity) < UPDATE_INTERVAL - TOLERANCE;
    if (early && progress.state === 'running' && held?.runId === progress.runId) return;
    this.#taken.set(participantId, at);
    this.#progress.set(participantId, progress);
    this.#schedule();
  }

  checked(participantId: string, preflight: Preflight): void {
    this.#preflight.set(participantId, preflight);
    this.#schedule();
  }

  connected(participantId: string): void {
    this.#connections.set(participantId, (this.#connections.get(participantId) ?? 0) + 1);
    this.#schedule();
  }

  disconnected(participantId: string): void {
    const left = (this.#connections.get(participantId) ?? 1) - 1;
    if (left > 0) this.#connections.set(participantId, left);
    else this.#connections.delete(participantId);
    this.#schedule();
  }

  /** A new round starts with empty tiles. */
  clearProgress(): void {
    this.#progress.clear();
    this.#taken.clear();
    this.#schedule();
  }

  /** Sends everything there is, and from then on what changes. @returns ends it */
  watch(watcher: Watcher): () => void {
    const all = this.#snapshot();
    this.#watchers.set(watcher, all);
    const record = <T>(map: ReadonlyMap<string, T>) => Object.fromEntries(map);
    watcher.progress({ whole: true, changed: record(all.progress) });
    watcher.preflight({ whole: true, changed: record(all.preflight) });
    watcher.present({ whole: true, here: [...all.present], gone: [] });
    return () => this.#watchers.delete(watcher);
  }

  /** Participants with an open connection. */
  get present(): string[] {
    return [...this.#connections.keys()];
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #snapshot(): Sent {
    return {
      progress: new Map(this.#progress),
      preflight: new Map(this.#preflight),
      present: new Set(this.#connections.keys()),
    };
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.#send(), SEND_INTERVAL);
  }

  #send(): void {
    this.#timer = null;
    const now = this.#snapshot();
    for (const [watcher, sent] of this.#watchers) {
      if (!watcher.ready()) {
        this.#schedule();
        continue;
      }
      this.#watchers.set(watcher, now);
      const progress = changesBetween(sent.progress, now.progress);
      const preflight = changesBetween(sent.preflight, now.preflight);
      const present = presenceBetween(sent.present, now.present);
      if (hasAny(progress)) watcher.progress({ whole: false, changed: progress });
      if (hasAny(preflight))
        watcher.preflight({ whole: false, changed: preflight as Changes<Preflight>['changed'] });
      if (present.here.length + present.gone.length > 0)
        watcher.present({ whole: false, ...present });
    }
  }
}

const hasAny = (record: object): boolean => Object.keys(record).length > 0;
