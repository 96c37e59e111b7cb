/**
 * Study records on this device: by who they are of, so that two people at one computer keep theirs apart, and whether
 * the account has them. A guest's are of nobody, until an account takes them along.
 */
import { lazyDatabase } from '../lab/database.ts';
import { studyKey, type StudyRecord } from './study-record.ts';

/** Owner of what a guest leaves behind. */
export const GUEST = '';

export interface KeptRecord extends StudyRecord {
  /** Id of the account, or {@link GUEST}. */
  owner: string;
  /** Whether the account has yet to hear of it; a guest's are never sent. */
  unsent: boolean;
  /** A note written before device and account had said whether there is one: it replaces none, it joins it. */
  blind?: boolean;
}

/** All reject where nothing can be kept. */
export interface StudyStorage {
  load(owner: string): Promise<KeptRecord[]>;
  save(records: readonly KeptRecord[]): Promise<void>;
  /** Puts `records` in the place of the guest's, all at once. */
  takeAlong(records: readonly KeptRecord[]): Promise<void>;
  forget(owner: string): Promise<void>;
}

export function openStudyStorage(): StudyStorage {
  const open = lazyDatabase();
  const ofOwner = (owner: string) => IDBKeyRange.bound([owner], [owner, []]);
  return {
    async load(owner) {
      return (await open()).getAll('study', ofOwner(owner));
    },
    async save(records) {
      const { store, done } = (await open()).transaction('study', 'readwrite');
      await Promise.all([...records.map((record) => store.put(record)), done]);
    },
    async takeAlong(records) {
      const { store, done } = (await open()).transaction('study', 'readwrite');
      const puts = records.map((record) => store.put(record));
      await Promise.all([...puts, store.delete(ofOwner(GUEST)), done]);
    },
    async forget(owner) {
      await (await open()).delete('study', ofOwner(owner));
    },
  };
}

const NOTES_APART = '\n\n---\n\n';

/**
 * Two notes on one section, neither of which was written to replace the other: both, the later first.
 * @param now ms since the epoch
 * @returns what takes the place of `held`; null where that says all
 */
export function joined(note: KeptRecord, held: StudyRecord, now: number): KeptRecord | null {
  if (!isText(note.value)) return null;
  const after = { ...note, updatedAt: Math.max(note.updatedAt, held.updatedAt + 1) };
  if (!isText(held.value)) return after;
  const isLater = note.updatedAt > held.updatedAt;
  const [later, earlier] = isLater ? [note.value, held.value] : [held.value, note.value];
  if (later.includes(earlier)) return isLater ? note : null;
  const updatedAt = Math.max(now, note.updatedAt + 1, after.updatedAt);
  return { ...note, value: `${later}${NOTES_APART}${earlier}`, updatedAt };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/**
 * A guest's records as those of an account: of two of one thing the later one holds. Two different notes on one section
 * are joined.
 * @param own what the account has
 * @param now ms since the epoch
 * @returns those that change what the account has
 */
export function takenAlong(
  owner: string,
  guest: readonly StudyRecord[],
  own: ReadonlyMap<string, StudyRecord>,
  now: number,
): KeptRecord[] {
  return guest.flatMap(({ kind, lesson, section, value, updatedAt }): KeptRecord[] => {
    const record = { kind, lesson, section, value, updatedAt, owner, unsent: true };
    const held = own.get(studyKey(record));
    if (!held) return [record];
    if (kind === 'note') return [joined(record, held, now)].filter((note) => note !== null);
    // What was taken back is later than nothing: the account would refuse what is earlier than that.
    if (held.value === null)
      return [{ ...record, updatedAt: Math.max(updatedAt, held.updatedAt + 1) }];
    return updatedAt > held.updatedAt ? [record] : [];
  });
}

const CLAIM = 'rankroom:take-along';

/**
 * Whether the account that signs in next takes along what a guest left in this browser. Said on the form, and done by
 * the first page after it.
 */
export const guestClaim = {
  get: (): boolean => {
    try {
      return localStorage.getItem(CLAIM) === 'yes';
    } catch {
      return false;
    }
  },
  set: (claimed: boolean): void => {
    try {
      if (claimed) localStorage.setItem(CLAIM, 'yes');
      else localStorage.removeItem(CLAIM);
    } catch {
      // Where nothing can be kept there is nothing to take along.
    }
  },
};
