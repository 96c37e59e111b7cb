/** Codes that an instructor hands to a class: so many passes, until a day. */
import { and, desc, eq, gt, sql } from 'drizzle-orm';
import { customAlphabet } from 'nanoid';
import * as v from 'valibot';
import { CODE_ALPHABET } from '../../src/lib/live/protocol.ts';
import type { Database } from '../db/index.ts';
import { classCodes } from '../db/schema.ts';
import { Refusal } from '../refusal.ts';
import { validate } from '../validate.ts';
import type { Passes } from './passes.ts';

export interface ClassCode {
  id: string;
  code: string;
  uses: number;
  used: number;
  /** ms since the epoch. */
  endsAt: number;
}

/** 31^10 codes: none is found by trying. */
const LENGTH = 10;
const newCode = customAlphabet(CODE_ALPHABET, LENGTH);
export const MAX_USES = 1000;
const DAY = 86_400_000;

const NewCodeSchema = v.object({
  uses: v.pipe(
    v.string(),
    v.transform(Number),
    v.integer('Give a whole number of uses.'),
    v.minValue(1, 'A code has at least one use.'),
    v.maxValue(MAX_USES, `A code has at most ${MAX_USES.toLocaleString('en')} uses.`),
  ),
  /** The code's last day, in UTC. */
  endsOn: v.pipe(v.string(), v.isoDate('Give the last day of the code.')),
});

export class ClassCodes {
  readonly #db: Database;
  readonly #passes: Passes;
  readonly #now: () => number;

  constructor(db: Database, passes: Passes, now: () => number) {
    this.#db = db;
    this.#passes = passes;
    this.#now = now;
  }

  /**
   * @param id made by the page: sent again, the request makes no second code
   * @throws {Refusal} 400 about `uses` or `endsOn`
   */
  async create(createdBy: string, id: string, input: unknown): Promise<void> {
    const { uses, endsOn } = validate(NewCodeSchema, input);
    const endsAt = new Date(Date.parse(endsOn) + DAY);
    const now = this.#now();
    if (!(endsAt.getTime() > now))
      throw new Refusal(400, 'The last day of a code is today or later.', 'endsOn');
    await this.#db
      .insert(classCodes)
      .values({ id, code: newCode(), createdBy, uses, createdAt: new Date(now), endsAt })
      .onConflictDoNothing({ target: classCodes.id });
  }

  /** Those that an account made, the newest first. */
  async of(createdBy: string): Promise<ClassCode[]> {
    const rows = await this.#db
      .select()
      .from(classCodes)
      .where(eq(classCodes.createdBy, createdBy))
      .orderBy(desc(classCodes.createdAt));
    return rows.map(({ id, code, uses, used, endsAt }) => ({
      id,
      code,
      uses,
      used,
      endsAt: endsAt.getTime(),
    }));
  }

  /** Ends a code; the passes it gave stay. */
  async end(createdBy: string, id: string): Promise<void> {
    const now = new Date(this.#now());
    await this.#db
      .update(classCodes)
      .set({ endsAt: now })
      .where(
        and(eq(classCodes.id, id), eq(classCodes.createdBy, createdBy), gt(classCodes.endsAt, now)),
      );
  }

  /**
   * Gives an account a pass for a code, once.
   * @param typed however it is spaced and cased
   * @throws {Refusal} 400 for a code that is not, no longer, or already used by this account
   */
  async redeem(userId: string, typed: string): Promise<void> {
    const code = typed.toUpperCase().replaceAll(/[\s-]/g, '');
    const refuse = (message: string) => new Refusal(400, message, 'code');
    await this.#db.transaction(async (tx) => {
      const [row] = await tx
        .select()
        .from(classCodes)
        .where(eq(classCodes.code, code))
        .for('update');
      if (!row) throw refuse('There is no such code. Compare it with your instructor’s.');
      const granted = await this.#passes.grant(tx, userId, 'class-code', `${row.id}/${userId}`);
      // First, so that who has used it hears that and not that it has ended since.
      if (!granted) throw refuse('This account has used this code already.');
      if (row.endsAt.getTime() <= this.#now()) throw refuse('This code has ended.');
      if (row.used >= row.uses) throw refuse('All uses of this code are taken.');
      await tx
        .update(classCodes)
        .set({ used: sql`${classCodes.used} + 1` })
        .where(eq(classCodes.id, row.id));
    });
  }
}

/** A code as people read it out: two halves. */
export const spacedCode = (code: string): string =>
  `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
