/**
 * The study records on this device, as one of several pages of a browser has them. A page tells the others what it has
 * stored. What it was not told, because it was frozen or not there yet, it finds at the latest when it stores: nothing
 * is written over a record that its writer did not know, unless the later of the two holds anyway.
 */
import { studyKey } from './study-record.ts';
import type { Change, KeptRecord, StudyStorage } from './study.ts';

const CHANNEL = 'rankroom:study';

interface Message {
  owner: string;
  records: KeptRecord[];
}

export interface DeviceEvents {
  /** Another page has stored these; none of them is on its way from here. */
  arrived(records: readonly KeptRecord[]): void;
  /** Another page had stored this, and it was not replaced. */
  met(stored: KeptRecord): void;
  /** This browser keeps nothing, or no longer. */
  blocked(): void;
}

export class StudyDevice {
  readonly #owner: string;
  readonly #storage: StudyStorage;
  readonly #events: DeviceEvents;
  /** The latest on its way to the storage, by key. */
  readonly #writing = new Map<string, KeptRecord>();
  #channel: BroadcastChannel | null = null;

  constructor(owner: string, storage: StudyStorage, events: DeviceEvents) {
    this.#owner = owner;
    this.#storage = storage;
    this.#events = events;
  }

  /** @returns null where the browser keeps nothing */
  load(owner: string): Promise<KeptRecord[] | null> {
    return this.#storage.load(owner).catch(() => null);
  }

  /** Hears what other pages store from now on. @returns ends it */
  listen(): () => void {
    if (typeof BroadcastChannel === 'undefined') return () => {};
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.owner === this.#owner) this.#arrive(data.records);
    };
    this.#channel = channel;
    return () => {
      this.#channel = null;
      channel.close();
    };
  }

  /** Reads what other pages have stored while this one could not hear of it. */
  async reread(): Promise<void> {
    this.#arrive((await this.load(this.#owner)) ?? []);
  }

  save(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    this.#store(changes, () => this.#storage.save(changes)).catch(() => this.#events.blocked());
  }

  /** Puts them in the place of the guest's, all at once. @throws where nothing can be kept */
  takeAlong(changes: readonly Change[]): Promise<void> {
    return this.#store(changes, () => this.#storage.takeAlong(changes));
  }

  async #store(changes: readonly Change[], write: () => Promise<KeptRecord[]>): Promise<void> {
    for (const { record } of changes) this.#writing.set(studyKey(record), record);
    let standing: KeptRecord[];
    try {
      standing = await write();
    } finally {
      for (const { record } of changes)
        if (this.#writing.get(studyKey(record)) === record) this.#writing.delete(studyKey(record));
    }
    const refused = new Set(standing.map(studyKey));
    const records = changes
      .map(({ record }) => record)
      .filter((one) => !refused.has(studyKey(one)));
    if (records.length > 0)
      this.#channel?.postMessage({ owner: this.#owner, records } satisfies Message);
    for (const stored of standing) this.#events.met(stored);
  }

  /** What is on its way finds out by itself what it meets. */
  #arrive(records: readonly KeptRecord[]): void {
    this.#events.arrived(records.filter((record) => !this.#writing.has(studyKey(record))));
  }
}

/** Follows a page through its life. @returns ends it */
export function followPage(on: Record<'shown' | 'hidden' | 'online', () => void>): () => void {
  const turned = () => (document.visibilityState === 'visible' ? on.shown() : on.hidden());
  // A page that comes out of the back-forward cache was never hidden to itself.
  const woken = ({ persisted }: PageTransitionEvent) => persisted && on.shown();
  document.addEventListener('visibilitychange', turned);
  addEventListener('pageshow', woken);
  addEventListener('online', on.online);
  return () => {
    document.removeEventListener('visibilitychange', turned);
    removeEventListener('pageshow', woken);
    removeEventListener('online', on.online);
  };
}
