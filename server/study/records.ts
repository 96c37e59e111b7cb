/**
 * What readers leave behind in lessons, by account. Of two records of one thing the later one holds, so a batch may be
 * sent again, late, or by several devices in any order.
 */
import { and, count, eq, sql } from 'drizzle-orm';
import * as v from 'valibot';
import {
  MAX_BATCH,
  MAX_NOTE,
  MAX_RECORDS,
  MAX_ROWS,
  MAX_VALUE,
  NOTE_TOO_LONG,
  STUDY_KINDS,
  studyKey,
  type StudyKind,
  type StudyReceipt,
  type StudyRecord,
} from '../../src/lib/content/study-record.ts';
import { RunRecordSchema } from '../../src/lib/content/run-record.ts';
import type { Database, Transaction } from '../db/index.ts';
import { studyRecords, users } from '../db/schema.ts';
import { Refusal } from '../refusal.ts';
import { validate } from '../validate.ts';

const name = (least: number) =>
  v.pipe(v.string(), v.minLength(least), v.maxLength(120), v.regex(/^[\w.-]*$/));

const BatchSchema = v.object({
  records: v.pipe(
    v.array(
      v.object({
        kind: v.picklist(STUDY_KINDS),
        lesson: name(1),
        section: name(0),
        value: v.unknown(),
        updatedAt: v.pipe(v.number(), v.integer(), v.minValue(0)),
      }),
    ),
    v.maxLength(MAX_BATCH, `Send at most ${MAX_BATCH} records at a time.`),
  ),
});

const short = v.pipe(v.string(), v.maxLength(MAX_VALUE));
const VALUES: Record<StudyKind, v.GenericSchema> = {
  position: short,
  read: v.boolean(),
  answer: v.pipe(v.array(v.pipe(v.number(), v.integer())), v.maxLength(100)),
  note: v.pipe(v.string(), v.maxLength(MAX_NOTE, NOTE_TOO_LONG)),
  run: RunRecordSchema,
};

export class StudyRecords {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** Those taken back are among them, with the value null: other devices have to hear of it. */
  async of(userId: string): Promise<StudyRecord[]> {
    const rows = await this.#db.select().from(studyRecords).where(eq(studyRecords.userId, userId));
    return rows.map(({ kind, lesson, section, value, updatedAt }) => ({
      kind,
      lesson,
      section,
      value,
      updatedAt: updatedAt.getTime(),
    }));
  }

  /**
   * Keeps what is later than what is kept.
   * @throws {Refusal} 400 malformed; a record whose value is unfit is refused by itself
   */
  async keep(userId: string, input: unknown): Promise<StudyReceipt> {
    const { records } = validate(BatchSchema, input);
    const receipt: StudyReceipt = { refused: [], stale: false };
    const latest = new Map<string, StudyRecord>();
    for (const record of records) {
      const { kind, lesson, section } = record;
      const read = readValue(record);
      if ('error' in read) receipt.refused.push({ kind, lesson, section, error: read.error });
      else if ((latest.get(studyKey(record))?.updatedAt ?? -1) < record.updatedAt)
        latest.set(studyKey(record), { ...record, value: read.value });
    }
    if (latest.size > 0)
      await this.#db.transaction((tx) => this.#write(tx, userId, latest, receipt));
    return receipt;
  }

  async #write(
    tx: Transaction,
    userId: string,
    latest: Map<string, StudyRecord>,
    receipt: StudyReceipt,
  ): Promise<void> {
    // The account's row is the lock: two devices at once would both find room for the last record.
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update');
    await this.#refuseSurplus(tx, userId, latest, receipt);
    if (latest.size === 0) return;
    const now = this.#now();
    const written = await tx
      .insert(studyRecords)
      .values(
        [...latest.values()].map(({ updatedAt, ...record }) => ({
          userId,
          ...record,
          // A device whose clock is ahead must not win for ever.
          updatedAt: new Date(Math.min(updatedAt, now)),
        })),
      )
      .onConflictDoUpdate({
        target: [studyRecords.userId, studyRecords.kind, studyRecords.lesson, studyRecords.section],
        set: { value: sql`excluded.value`, updatedAt: sql`excluded.updated_at` },
        setWhere: sql`excluded.updated_at > ${studyRecords.updatedAt}`,
      })
      .returning({ kind: studyRecords.kind });
    receipt.stale = written.length < latest.size;
  }

  async #refuseSurplus(
    tx: Transaction,
    userId: string,
    latest: Map<string, StudyRecord>,
    receipt: StudyReceipt,
  ): Promise<void> {
    const own = eq(studyRecords.userId, userId);
    const [held] = await tx
      .select({ records: sql<number>`count(${studyRecords.value})::int`, rows: count() })
      .from(studyRecords)
      .where(own);
    let room = MAX_RECORDS - (held?.records ?? 0);
    let rows = MAX_ROWS - (held?.rows ?? 0);
    if (Math.min(room, rows) >= latest.size) return;
    for (const [key, { kind, lesson, section, value }] of latest) {
      const one = and(
        own,
        eq(studyRecords.kind, kind),
        eq(studyRecords.lesson, lesson),
        eq(studyRecords.section, section),
      );
      const [known] = await tx.select({ value: studyRecords.value }).from(studyRecords).where(one);
      const more = Number(value !== null) - Number((known?.value ?? null) !== null);
      const moreRows = known ? 0 : 1;
      if (more <= Math.max(room, 0) && moreRows <= rows) {
        room -= more;
        rows -= moreRows;
        continue;
      }
      latest.delete(key);
      const error = `Your account keeps ${MAX_RECORDS.toLocaleString('en')} records, and this is one more.`;
      receipt.refused.push({ kind, lesson, section, error });
    }
  }
}

/** The value as it is kept, without what does not belong to it, or what is wrong with it, as a sentence. */
function readValue({ kind, value }: StudyRecord): { value: unknown } | { error: string } {
  if (value === null) return { value };
  // Postgres keeps neither in a text.
  if (typeof value === 'string' && /\0|\p{Surrogate}/u.test(value))
    return {
      error: 'This note holds a character that cannot be kept. Take out what was pasted last.',
    };
  try {
    return { value: validate(VALUES[kind], value) };
  } catch (error) {
    return { error: error instanceof Refusal ? error.message : String(error) };
  }
}
