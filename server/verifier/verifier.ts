/**
 * Works through the verification queue, one job at a time. An outcome is stored with its event in one
 * transaction that also ends the lease: each submission gets exactly one verdict, whatever crashes.
 */
import { eq } from 'drizzle-orm';
import type { SessionEvent } from '../../src/lib/live/session.ts';
import { submissions } from '../db/schema.ts';
import type { Rooms } from '../live/rooms.ts';
import type { Logger } from '../log.ts';
import type { EvaluationOutcome, Evaluator } from './evaluator.ts';
import type { Lease, VerificationQueue } from './queue.ts';

const MAX_ATTEMPTS = 3;
/** Finds leases that ran out, and jobs another node queued, in ms. New jobs here call {@link Verifier.wake}. */
const POLL_INTERVAL = 5000;
/** How long a job stays ours without a sign of life, in ms; renewed well before. */
const LEASE_DURATION = 30_000;
const RENEW_INTERVAL = 10_000;

export interface VerifierOptions {
  queue: VerificationQueue;
  rooms: Rooms;
  evaluator: Evaluator;
  log: Logger;
  now: () => number;
  /** Called after each verdict. */
  onVerdict?: (kind: EvaluationOutcome['kind']) => void;
}

export class Verifier {
  readonly #options: VerifierOptions;
  #timer: NodeJS.Timeout | null = null;
  #working: Promise<void> | null = null;
  #again = false;
  #closed = false;

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.wake(), POLL_INTERVAL);
    this.#timer.unref();
    this.wake();
  }

  /** There may be work. */
  wake(): void {
    if (this.#closed) return;
    if (this.#working) {
      this.#again = true;
      return;
    }
    this.#working = this.#drain().finally(() => {
      this.#working = null;
      if (this.#again) {
        this.#again = false;
        this.wake();
      }
    });
  }

  /** Puts the job in progress back into the queue. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearInterval(this.#timer);
    await this.#options.evaluator.close();
    await this.#working;
  }

  async #drain(): Promise<void> {
    const { queue, log } = this.#options;
    try {
      while (!this.#closed) {
        const lease = await queue.lease(LEASE_DURATION);
        if (!lease) return;
        await this.#verify(lease);
      }
    } catch (error) {
      // The database did not answer; the next poll tries again.
      if (!this.#closed) log.error({ error }, 'the verification queue could not be read');
    }
  }

  async #verify(lease: Lease): Promise<void> {
    const { queue, evaluator, log } = this.#options;
    const { submissionId, attempt } = lease;
    // A server that died during the last attempt could not count it as failed.
    if (attempt > MAX_ATTEMPTS)
      return this.#giveUp(lease, 'the server stopped during every attempt');
    let outcome: EvaluationOutcome;
    try {
      const artifact = await queue.artifact(submissionId);
      outcome = await this.#keeping(lease, evaluator.evaluate({ recipe: lease.recipe, artifact }));
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      // Stopping the server is no failure of this job.
      if (this.#closed) return queue.putBack(lease);
      log.error({ submissionId, attempt, failure }, 'an evaluation failed');
      return attempt < MAX_ATTEMPTS ? queue.release(lease, failure) : this.#giveUp(lease, failure);
    }
    await this.#store(lease, outcome);
  }

  async #keeping<T>(lease: Lease, work: Promise<T>): Promise<T> {
    const { queue, log } = this.#options;
    const renew = () =>
      void queue
        .renew(lease, LEASE_DURATION)
        .catch((error: unknown) => log.warn({ error }, 'a lease could not be renewed'));
    const timer = setInterval(renew, RENEW_INTERVAL);
    try {
      return await work;
    } finally {
      clearInterval(timer);
    }
  }

  #giveUp(lease: Lease, failure: string): Promise<void> {
    const reason = `The server could not evaluate this submission in ${MAX_ATTEMPTS} attempts. It says nothing about your run; submit it again.`;
    return this.#store(lease, { kind: 'rejected', reason }, failure);
  }

  async #store(lease: Lease, outcome: EvaluationOutcome, failure?: string): Promise<void> {
    const { queue, rooms, now, onVerdict } = this.#options;
    const { submissionId } = lease;
    const room = await rooms.byId(lease.sessionId);
    if (!room) return;
    try {
      await room.change(() => ({
        events: [eventOf(submissionId, outcome, now())],
        write: async (tx) => {
          const scored = outcome.kind === 'scored' ? outcome : null;
          const result = scored
            ? { loss: scored.loss, artifactBytes: scored.artifactBytes, examples: scored.examples }
            : {};
          if (!(await queue.finish(tx, lease, { ...result, ...(failure ? { failure } : {}) })))
            throw new LeaseLost();
          await tx
            .update(submissions)
            .set(
              outcome.kind === 'scored'
                ? { status: 'verified', accuracy: outcome.accuracy, trainable: outcome.trainable }
                : { status: 'rejected', reason: outcome.reason },
            )
            .where(eq(submissions.id, submissionId));
        },
        value: undefined,
      }));
      onVerdict?.(outcome.kind);
    } catch (error) {
      // Somebody else has the job now; theirs is the verdict.
      if (!(error instanceof LeaseLost)) throw error;
    }
  }
}

class LeaseLost extends Error {
  override name = 'LeaseLost';
}

function eventOf(submissionId: string, outcome: EvaluationOutcome, at: number): SessionEvent {
  switch (outcome.kind) {
    case 'scored':
      return {
        type: 'submission:verified',
        at,
        submissionId,
        accuracy: outcome.accuracy,
        trainable: outcome.trainable,
      };
    case 'rejected':
      return { type: 'submission:rejected', at, submissionId, reason: outcome.reason };
  }
}
