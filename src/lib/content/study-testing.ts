/** A device and an account without a browser and a server, for tests of study records. */
import type { StudyAccount } from './study-account.ts';
import { studyKey, type StudyRecord } from './study-record.ts';
import { GUEST, replaces, type Change, type KeptRecord, type StudyStorage } from './study.ts';

export const record = (changes: Partial<StudyRecord>): StudyRecord => ({
  kind: 'note',
  lesson: 'a',
  section: 's',
  value: 'stored',
  updatedAt: 1,
  ...changes,
});
export const kept = (changes: Partial<KeptRecord>): KeptRecord => ({
  owner: GUEST,
  unsent: false,
  ...record(changes),
  ...changes,
});

/** A device: what is saved is there for the next page, and for others beside it. */
export function device(...stored: KeptRecord[]): StudyStorage & { all: () => KeptRecord[] } {
  const records = new Map<string, KeptRecord>();
  const keyOf = (one: KeptRecord) => `${one.owner} ${studyKey(one)}`;
  const put = (one: KeptRecord) => records.set(keyOf(one), one);
  const forget = (owner: string) => {
    for (const [key, one] of records) if (one.owner === owner) records.delete(key);
  };
  const write = (changes: readonly Change[]) =>
    changes.flatMap((change) => {
      const held = records.get(keyOf(change.record));
      if (held && !replaces(change, held)) return [held];
      put(change.record);
      return [];
    });
  stored.forEach(put);
  return {
    all: () => [...records.values()],
    load: async (owner) => [...records.values()].filter((one) => one.owner === owner),
    save: async (changes) => write(changes),
    takeAlong: async (changes) => {
      forget(GUEST);
      return write(changes);
    },
    forget: async (owner) => forget(owner),
  };
}

/** An account as the server keeps it. */
export function account(...stored: StudyRecord[]) {
  const records = new Map(stored.map((one) => [studyKey(one), one]));
  const server = {
    fails: null as Error | null,
    pushed: [] as StudyRecord[],
    get: (key: string) => records.get(key)?.value,
    pull: async () => {
      if (server.fails) throw server.fails;
      return [...records.values()];
    },
    push: async (sent: readonly StudyRecord[]) => {
      if (server.fails) throw server.fails;
      server.pushed.push(...sent);
      const later = sent.filter(
        (one) => (records.get(studyKey(one))?.updatedAt ?? -1) < one.updatedAt,
      );
      for (const { kind, lesson, section, value, updatedAt } of later)
        records.set(studyKey({ kind, lesson, section }), {
          kind,
          lesson,
          section,
          value,
          updatedAt,
        });
      return { refused: [], stale: later.length < sent.length };
    },
  } satisfies StudyAccount & Record<string, unknown>;
  return server;
}
