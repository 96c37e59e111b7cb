/** Member passes: half a year of reading everything, by whatever way somebody came to one. */
import { desc, eq, max } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import { findUser } from '../auth/find-user.ts';
import type { Database, Transaction } from '../db/index.ts';
import { passes, users, type PassSource } from '../db/schema.ts';
import { Refusal } from '../refusal.ts';

const MONTHS = 6;

export interface Pass {
  source: PassSource;
  /** ms since the epoch. */
  grantedAt: number;
  expiresAt: number;
}

export class Passes {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** Until when an account has a pass, in ms since the epoch; null when it has none. */
  async validUntil(userId: string): Promise<number | null> {
    const last = await lastEnd(this.#db, userId);
    return last !== null && last > this.#now() ? last : null;
  }

  /** The newest first. */
  async of(userId: string): Promise<Pass[]> {
    const rows = await this.#db
      .select()
      .from(passes)
      .where(eq(passes.userId, userId))
      .orderBy(desc(passes.expiresAt));
    return rows.map(({ source, grantedAt, expiresAt }) => ({
      source,
      grantedAt: grantedAt.getTime(),
      expiresAt: expiresAt.getTime(),
    }));
  }

  /**
   * @param requestId a repeat of the request grants no second pass
   * @returns the account's name and until when it has a pass
   * @throws {Refusal} 404 when there is no such account
   */
  async grantTo(
    username: string,
    requestId: string,
  ): Promise<{ username: string; expiresAt: number }> {
    const user = await findUser(this.#db, username);
    await this.#db.transaction((tx) => this.grant(tx, user.id, 'instructor', requestId));
    return { username: user.username, expiresAt: (await lastEnd(this.#db, user.id)) ?? 0 };
  }

  /**
   * Grants a pass, beginning where the last one ends.
   * @param reference what it is given for
   * @returns whether it was granted now: a reference grants one
   * @throws {Refusal} 404 when the account is no more
   */
  async grant(
    tx: Transaction,
    userId: string,
    source: PassSource,
    reference: string,
  ): Promise<boolean> {
    // The account's row is the lock: of two passes granted at once the second begins after the first.
    const [user] = await tx
      .select({ id: users.id })
      .from(users)
      .where(eq(users.id, userId))
      .for('update');
    if (!user) throw new Refusal(404, 'This account is no more.');
    const now = this.#now();
    const begins = Math.max(now, (await lastEnd(tx, userId)) ?? 0);
    const granted = await tx
      .insert(passes)
      .values({
        id: randomUUID(),
        userId,
        source,
        reference,
        grantedAt: new Date(now),
        expiresAt: monthsLater(begins, MONTHS),
      })
      .onConflictDoNothing({ target: [passes.source, passes.reference] })
      .returning({ id: passes.id });
    return granted.length > 0;
  }
}

async function lastEnd(db: Database | Transaction, userId: string): Promise<number | null> {
  const [row] = await db
    .select({ last: max(passes.expiresAt) })
    .from(passes)
    .where(eq(passes.userId, userId));
  return row?.last?.getTime() ?? null;
}

/** The same day of the month; the month's last where it has no such day. @param at ms since the epoch */
export function monthsLater(at: number, months: number): Date {
  const date = new Date(at);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date;
}
