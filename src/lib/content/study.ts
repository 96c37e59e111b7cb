/**
 * Study records on this device: by who they are of, so that two people at one computer keep theirs apart, and whether
 * the account has them. A guest's are of nobody, until an account takes them along.
 */
import type { IDBPObjectStore } from 'idb';
import { lazyDatabase, type Schema } from '../lab/database.ts';
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

/** A record on its way to the device. */
export interface Change {
  record: KeptRecord;
  /** Time of the record that its writer had before it; 0 for none. */
  over: number;
}

/** All reject where nothing can be kept. Those that write answer with the stored records that they did not replace. */
export interface StudyStorage {
  load(owner: string): Promise<KeptRecord[]>;
  save(changes: readonly Change[]): Promise<KeptRecord[]>;
  /** Puts them in the place of the guest's, all at once. */
  takeAlong(changes: readonly Change[]): Promise<KeptRecord[]>;
  forget(owner: string): Promise<void>;
}

/** Whether a note is one that this browser has written and the account has not settled. */
const isOwnNote = ({ kind, owner, unsent }: KeptRecord): boolean =>
  kind === 'note' && (unsent || owner === GUEST);

/** Whether what is stored gives way: the later of two holds, but a note replaces none that its writer has not seen. */
export function replaces({ record, over }: Change, stored: KeptRecord): boolean {
  if (stored.updatedAt === over || stored.updatedAt === record.updatedAt) return true;
  return stored.updatedAt < record.updatedAt && !isOwnNote(record);
}

/** @returns whether `record` holds over what a page knows */
export function holdsOver(known: KeptRecord | undefined, record: KeptRecord): boolean {
  if (!known) return true;
  // The account's word on what it has heard of holds, even with an earlier time: it corrects clocks that are ahead.
  const settled = known.owner !== GUEST && !known.unsent;
  return settled ? known.updatedAt !== record.updatedAt : known.updatedAt <= record.updatedAt;
}

/** What a page goes on with when another one has stored something that it did not know. */
export function reconciled(
  known: KeptRecord | undefined,
  stored: KeptRecord,
  now: number,
): KeptRecord {
  if (known && isOwnNote(known)) return joined(known, stored, now) ?? stored;
  return holdsOver(known, stored) ? stored : known!;
}

export function openStudyStorage(): StudyStorage {
  const open = lazyDatabase();
  const ofOwner = (owner: string) => IDBKeyRange.bound([owner], [owner, []]);
  return {
    async load(owner) {
      return (await open()).getAll('study', ofOwner(owner));
    },
    async save(changes) {
      const { store, done } = (await open()).transaction('study', 'readwrite');
      const [standing] = await Promise.all([write(store, changes), done]);
      return standing;
    },
    async takeAlong(changes) {
      const { store, done } = (await open()).transaction('study', 'readwrite');
      const writing = write(store, changes);
      const [standing] = await Promise.all([writing, store.delete(ofOwner(GUEST)), done]);
      return standing;
    },
    async forget(owner) {
      await (await open()).delete('study', ofOwner(owner));
    },
  };
}

type Store = IDBPObjectStore<Schema, ['study'], 'study', 'readwrite'>;

/** Reads and writes in one transaction: no other page comes between. */
async function write(store: Store, changes: readonly Change[]): Promise<KeptRecord[]> {
  const standing: KeptRecord[] = [];
  await Promise.all(
    changes.map(async (change) => {
      const { owner, kind, lesson, section } = change.record;
      const stored = await store.get([owner, kind, lesson, section]);
      if (stored && !replaces(change, stored)) standing.push(stored);
      else await store.put(change.record);
    }),
  );
  return standing;
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
