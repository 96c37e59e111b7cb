/**
 * How much of the session's log this page had when each run began, kept over a reload: what is locked later does
 * not bind the run.
 */
const KEPT = 50;

type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem'>;

export class RunBeginnings {
  readonly #key: string;
  readonly #storage: Storage | null;
  #seqs: Map<string, number>;

  /** @param storage null where the browser stores nothing: a reload then forgets */
  constructor(code: string, storage: Storage | null) {
    this.#key = `rankroom:begun:${code}`;
    this.#storage = storage;
    this.#seqs = new Map(this.#read());
  }

  /** Only the first word on a run counts. */
  note(runId: string, seq: number): void {
    if (this.#seqs.has(runId)) return;
    this.#seqs = new Map([...this.#seqs, [runId, seq] as const].slice(-KEPT));
    try {
      this.#storage?.setItem(this.#key, JSON.stringify([...this.#seqs]));
    } catch {
      // A full disk: it is known until the next reload.
    }
  }

  of(runId: string): number | undefined {
    return this.#seqs.get(runId);
  }

  #read(): [string, number][] {
    try {
      const stored: unknown = JSON.parse(this.#storage?.getItem(this.#key) ?? '[]');
      return Array.isArray(stored) ? stored.filter(isEntry) : [];
    } catch {
      return [];
    }
  }
}

function isEntry(entry: unknown): entry is [string, number] {
  return Array.isArray(entry) && typeof entry[0] === 'string' && Number.isInteger(entry[1]);
}

export function pageStorage(): Storage | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
