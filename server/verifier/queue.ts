/**
 * The verification queue, in the database. A job is leased, not taken: a row whose lease has run out
 * belongs to a verifier that died and is leased again. `attempts` counts the leases and tells them apart,
 * so that a verifier that was only slow cannot finish a job that somebody else has since taken.
 * A job that failed waits until `notBefore`, and behind those that have not: it cannot hold them up.
 */
import { and, asc, count, desc, eq, gt, isNotNull, isNull, lt, lte, ne, or } from 'drizzle-orm';
import type { Recipe } from '../../src/lib/engine/formats/recipe.ts';
import type { Database, Transaction } from '../db/index.ts';
import { artifacts, runs, submissions, verifications } from '../db/schema.ts';

export interface Lease {
  submissionId: string;
  sessionId: string;
  recipe: Recipe;
  /** Of this lease; 1 for the first. */
  attempt: number;
}

export class VerificationQueue {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** Leases the most promising waiting job for `duration` ms. */
  lease(duration: number): Promise<Lease | null> {
    const now = new Date(this.#now());
    return this.#db.transaction(async (tx) => {
      const [next] = await tx
        .select({ submissionId: verifications.submissionId, attempts: verifications.attempts })
        .from(verifications)
        .where(
          or(
            and(
              eq(verifications.state, 'queued'),
              or(isNull(verifications.notBefore), lte(verifications.notBefore, now)),
            ),
            and(eq(verifications.state, 'running'), lt(verifications.leasedUntil, now)),
          ),
        )
        .orderBy(
          asc(isNotNull(verifications.notBefore)),
          desc(verifications.priority),
          asc(verifications.queuedAt),
        )
        .limit(1)
        .for('update', { skipLocked: true });
      if (!next) return null;
      const attempt = next.attempts + 1;
      await tx
        .update(verifications)
        .set({
          state: 'running',
          attempts: attempt,
          leasedUntil: new Date(now.getTime() + duration),
        })
        .where(eq(verifications.submissionId, next.submissionId));
      const [job] = await tx
        .select({ sessionId: submissions.sessionId, recipe: runs.recipe })
        .from(submissions)
        .innerJoin(runs, eq(submissions.runId, runs.id))
        .where(eq(submissions.id, next.submissionId));
      return job ? { submissionId: next.submissionId, attempt, ...job } : null;
    });
  }

  async artifact(submissionId: string): Promise<Uint8Array> {
    const [row] = await this.#db
      .select()
      .from(artifacts)
      .where(eq(artifacts.submissionId, submissionId));
    if (!row) throw new Error('the artifact is missing');
    return row.bytes;
  }

  /** Keeps a job whose evaluation goes on, for another `duration` ms. */
  async renew(lease: Lease, duration: number): Promise<void> {
    await this.#db
      .update(verifications)
      .set({ leasedUntil: new Date(this.#now() + duration) })
      .where(this.#held(lease));
  }

  /**
   * Gives the job back after an attempt that failed, to be leased again in `wait` ms.
   * @returns false when the lease was lost
   */
  async release(
    lease: Lease,
    failure: string,
    wait: number,
    via: Database | Transaction = this.#db,
  ): Promise<boolean> {
    const notBefore = new Date(this.#now() + wait);
    const released = await via
      .update(verifications)
      .set({ state: 'queued', leasedUntil: null, notBefore, failure })
      .where(this.#held(lease))
      .returning({ id: verifications.submissionId });
    return released.length === 1;
  }

  /** Gives the job back as if it had not been leased. */
  async putBack(lease: Lease): Promise<void> {
    await this.#db
      .update(verifications)
      .set({ state: 'queued', leasedUntil: null, attempts: lease.attempt - 1 })
      .where(this.#held(lease));
  }

  /** At the start of a database's only server: whoever held these leases is gone. */
  async reclaim(): Promise<void> {
    await this.#db
      .update(verifications)
      .set({ state: 'queued', leasedUntil: null })
      .where(eq(verifications.state, 'running'));
  }

  /** Ends the job, inside the transaction that stores its outcome. @returns false when the lease was lost */
  async finish(
    tx: Transaction,
    lease: Lease,
    result: { loss?: number; artifactBytes?: number; examples?: number },
  ): Promise<boolean> {
    const done = await tx
      .update(verifications)
      .set({ ...result, state: 'done', leasedUntil: null, finishedAt: new Date(this.#now()) })
      .where(this.#held(lease))
      .returning({ id: verifications.submissionId });
    return done.length === 1;
  }

  /** Unfinished jobs that come before this one. A job that waits after a failure is in nobody's way. */
  async aheadOf(submissionId: string): Promise<number> {
    const [self] = await this.#db
      .select()
      .from(verifications)
      .where(eq(verifications.submissionId, submissionId));
    if (!self || self.state !== 'queued') return 0;
    const [row] = await this.#db
      .select({ ahead: count() })
      .from(verifications)
      .where(
        or(
          eq(verifications.state, 'running'),
          and(
            eq(verifications.state, 'queued'),
            ne(verifications.submissionId, submissionId),
            isNull(verifications.notBefore),
            self.notBefore
              ? undefined
              : or(
                  gt(verifications.priority, self.priority),
                  and(
                    eq(verifications.priority, self.priority),
                    lt(verifications.queuedAt, self.queuedAt),
                  ),
                ),
          ),
        ),
      );
    return row?.ahead ?? 0;
  }

  /** Unfinished jobs. */
  async depth(): Promise<number> {
    const [row] = await this.#db
      .select({ depth: count() })
      .from(verifications)
      .where(ne(verifications.state, 'done'));
    return row?.depth ?? 0;
  }

  #held({ submissionId, attempt }: Pick<Lease, 'submissionId' | 'attempt'>) {
    return and(
      eq(verifications.submissionId, submissionId),
      eq(verifications.state, 'running'),
      eq(verifications.attempts, attempt),
    );
  }
}
