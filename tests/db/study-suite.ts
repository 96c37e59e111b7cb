/** Study records of accounts, run once on each kind of database. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Accounts } from '../../server/auth/accounts.ts';
import { openDatabase, type DatabaseLocation, type OpenDatabase } from '../../server/db/index.ts';
import { studyRecords } from '../../server/db/schema.ts';
import { StudyRecords } from '../../server/study/records.ts';
import { defaultRecipe } from '../../src/lib/engine/formats/recipe.ts';
import type { StudyRecord } from '../../src/lib/content/study-record.ts';
import { PASSWORD } from './people.ts';

const DAY = 86_400_000;

export function studySuite(kind: string, locate: () => Promise<DatabaseLocation>): void {
  describe(`study records on ${kind}`, () => {
    let open: OpenDatabase;
    const now = Date.UTC(2026, 7, 31);
    const clock = () => now;
    beforeAll(async () => {
      open = await openDatabase(await locate());
    });
    afterAll(() => open.close());

    const student = () =>
      new Accounts(open.db, clock).signUp({
        username: `s-${randomUUID().slice(0, 8)}`,
        password: PASSWORD,
      });
    const study = () => new StudyRecords(open.db, clock);
    const record = (changes: Partial<StudyRecord> = {}): StudyRecord => ({
      kind: 'note',
      lesson: 'a',
      section: 's',
      value: 'text',
      updatedAt: 1,
      ...changes,
    });

    it('keeps the later of two study records, in whatever order they come (A-30)', async () => {
      const { id } = await student();
      const batch = [record({ updatedAt: 5, value: 'later' })];
      expect(await study().keep(id, { records: batch })).toEqual({ refused: [], stale: false });
      // Sent again it changes nothing; what is earlier loses, and the device is told to ask.
      expect(await study().keep(id, { records: batch })).toMatchObject({ stale: true });
      const early = record({ updatedAt: 4, value: 'earlier' });
      expect(await study().keep(id, { records: [early] })).toMatchObject({ stale: true });
      expect(await study().of(id)).toEqual(batch);
      const both = [
        record({ updatedAt: 8, value: 'latest' }),
        record({ updatedAt: 7, value: 'not' }),
      ];
      await study().keep(id, { records: both });
      expect(await study().of(id)).toEqual([both[0]]);
      await study().keep(id, { records: [record({ updatedAt: 9, value: null })] });
      expect(await study().of(id)).toEqual([record({ updatedAt: 9, value: null })]);
      expect(await study().of((await student()).id)).toEqual([]);
    });

    it('believes no clock that is ahead (A-30)', async () => {
      const { id } = await student();
      await study().keep(id, { records: [record({ updatedAt: now + DAY })] });
      expect((await study().of(id))[0]?.updatedAt).toBe(now);
    });

    it('gives values back as they were, whatever they look like (A-30)', async () => {
      const { id } = await student();
      const values = ['123', 'true', 'null', '"quoted"', '{"a":1}', '', '𝓁 – “ok”'];
      const records = values.map((value, index) => record({ section: `s${index}`, value }));
      records.push(record({ kind: 'answer', section: 'q', value: [0, 2] }));
      records.push(record({ kind: 'read', value: true }));
      expect((await study().keep(id, { records })).refused).toEqual([]);
      const back = new Map((await study().of(id)).map((one) => [`${one.kind}${one.section}`, one]));
      for (const one of records) expect(back.get(`${one.kind}${one.section}`)).toEqual(one);
    });

    it('keeps a run’s recipe and figures, and nothing else that is sent with them (A-17)', async () => {
      const { id } = await student();
      const run = {
        recipe: defaultRecipe('lora'),
        finishedAt: 5,
        accuracy: 0.5,
        loss: null,
        general: null,
        trainable: 10,
        steps: 300,
        stopped: false,
        seconds: 12.5,
        backend: 'wasm',
        threads: 2,
      };
      const records = [
        record({ kind: 'run', lesson: 'lab', section: 'fit', value: { ...run, weights: 'AAAA' } }),
        record({ kind: 'run', lesson: 'lab', section: 'unfit', value: { ...run, seconds: -1 } }),
      ];
      const { refused } = await study().keep(id, { records });
      expect(refused.map(({ section }) => section)).toEqual(['unfit']);
      expect((await study().of(id)).map(({ value }) => value)).toEqual([run]);
    });

    it('refuses what is too large or unfit by itself, and keeps the rest (A-34)', async () => {
      const { id } = await student();
      const records = [
        record({ section: 'long', value: 'x'.repeat(20_001) }),
        record({ section: 'nul', value: 'a\0b' }),
        record({ section: 'half', value: '\ud800' }),
        record({ kind: 'answer', section: 'q', value: 'not numbers' }),
        record({ section: 'fit' }),
      ];
      const { refused } = await study().keep(id, { records });
      expect(refused.map(({ section }) => section)).toEqual(['long', 'nul', 'half', 'q']);
      expect(refused[0]!.error).toMatch(/longer than 20,000 characters/);
      expect((await study().of(id)).map(({ section }) => section)).toEqual(['fit']);
      for (const unfit of [null, { records: [record({ lesson: '../x y' })] }])
        await expect(study().keep(id, unfit)).rejects.toMatchObject({ status: 400 });
      const many = { records: Array.from({ length: 101 }, () => record()) };
      await expect(study().keep(id, many)).rejects.toMatchObject({
        message: 'Send at most 100 records at a time.',
      });
    });

    it('keeps so many records by account, and goes on changing those (A-34)', async () => {
      const { id } = await student();
      await open.db.insert(studyRecords).values(
        Array.from({ length: 3_999 }, (_, index) => ({
          userId: id,
          ...record({ section: `s${index}` }),
          updatedAt: new Date(1),
        })),
      );
      const { refused } = await study().keep(id, {
        records: [
          record({ section: 's7', value: 'changed', updatedAt: 2 }),
          record({ section: 'last' }),
          record({ section: 'one-more' }),
        ],
      });
      expect(refused.map(({ section }) => section)).toEqual(['one-more']);
      expect(await study().of(id)).toHaveLength(4_000);

      // What is taken back makes room, and can be taken back before the account has heard of it.
      const back = ['s1', 's2', 'never-sent'].map((section) =>
        record({ section, value: null, updatedAt: 2 }),
      );
      expect((await study().keep(id, { records: back })).refused).toEqual([]);
      const more = ['one-more', 'two-more', 'three-more'].map((section) => record({ section }));
      const over = (await study().keep(id, { records: more })).refused;
      expect(over.map(({ section }) => section)).toEqual(['three-more']);
      const known = (await study().of(id)).filter(({ value }) => value !== null);
      expect(known).toHaveLength(4_000);
    });

    it('hears of records taken back up to a wider bound (A-34)', async () => {
      const { id } = await student();
      const rows = Array.from({ length: 12_000 }, (_, index) => ({
        userId: id,
        ...record({ section: `s${index}`, value: null }),
        updatedAt: new Date(1),
      }));
      for (let at = 0; at < rows.length; at += 4_000)
        await open.db.insert(studyRecords).values(rows.slice(at, at + 4_000));
      const records = [
        record({ section: 'one-more', value: null }),
        record({ section: 's1', updatedAt: 2 }),
      ];
      const { refused } = await study().keep(id, { records });
      expect(refused.map(({ section }) => section)).toEqual(['one-more']);
    });
  });
}
