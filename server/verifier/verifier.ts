/**
 * Works through the verification queue, one job at a time. An outcome is stored with its event in one
 * transaction that also ends the lease: each submission gets exactly one verdict, whatever crashes.
 *
 * Only an artifact's own fault rejects it. When the evaluation itself fails, the submission stays
 * provisional, its screen is told once, and it is tried again after a growing wait while others go on.
 */
import { eq } from 'drizzle-orm';
import type { SessionEvent } from '../../src/lib/live/session.ts';
import type { Transaction } from '../db/index.ts';
import { submissions } from '../db/schema.ts';
import type { Rooms } from '../live/rooms.ts';
import type { SessionRoom } from '../live/session-room.ts';
import type { Logger } from '../log.ts';
import type { EvaluationOutcome, Evaluator } from './evaluator.ts';
import type { Lease, VerificationQueue } from './queue.ts';

/** Wait after the first technical failure of a job, in ms; it doubles with each further one. */
const FIRST_WAIT = 5000;
const LONGEST_WAIT = 5 * 60_000;
/** What a board and a student read meanwhile. */
export const DELAYED =
  'Verification is delayed: the server failed to evaluate this and tries again by itself.';
/** Finds leases that ran out, waits that are over, and jobs another node queued, in ms. New jobs here call {@link Verifier.wake}. */
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
  /** Called after each verdict of a class. */
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
    let outcome: EvaluationOutcome;
    try {
      const artifact = await queue.artifact(submissionId);
      // Closed while the job was leased or its artifact read: an evaluation would start a process that nothing ends.
      if (this.#closed) return await queue.putBack(lease);
      outcome = await this.#keeping(lease, evaluator.evaluate({ recipe: lease.recipe, artifact }));
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      // Stopping the server is no failure of this job.
      if (this.#closed) return queue.putBack(lease);
      const room = await this.#options.rooms.byId(lease.sessionId);
      // A rehearsal that ended has taken its submissions with it.
      if (!room) return;
      log.error({ submissionId, attempt, failure }, 'an evaluation failed');
      return this.#delay(lease, room, failure);
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

  /** Puts the job back behind a wait. Screens are told the first time; a second event would say nothing new. */
  async #delay(lease: Lease, room: SessionRoom, failure: string): Promise<void> {
    const { queue, now } = this.#options;
    const { submissionId, attempt } = lease;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
    if (room.state.submissions[submissionId]?.reason) {
      await queue.release(lease, failure, wait);
      return;
    }
    await this.#change(room, {
      event: { type: 'submission:delayed', at: now(), submissionId, reason: DELAYED },
      write: async (tx) => {
        if (!(await queue.release(lease, failure, wait, tx))) throw new LeaseLost();
        await tx
          .update(submissions)
          .set({ reason: DELAYED })
          .where(eq(submissions.id, submissionId));
      },
    });
  }

  async #store(lease: Lease, outcome: EvaluationOutcome): Promise<void> {
    const { queue, rooms, now, onVerdict } = this.#options;
    const { submissionId } = lease;
    const room = await rooms.byId(lease.sessionId);
    if (!room) return;
    const stored = await this.#change(room, {
      event: eventOf(submissionId, outcome, now()),
      write: async (tx) => {
        if (!(await queue.finish(tx, lease, measured(outcome)))) throw new LeaseLost();
        await tx
          .update(submissions)
          .set(
            outcome.kind === 'scored'
              ? {
                  status: 'verified',
                  accuracy: outcome.accuracy,
                  trainable: outcome.trainable,
                  reason: null,
                }
              : { status: 'rejected', reason: outcome.reason },
          )
          .where(eq(submissions.id, submissionId));
      },
    });
    if (stored && !room.meta.rehearsal) onVerdict?.(outcome.kind);
  }

  /** @returns false when the lease was lost: somebody else has the job now, and theirs is the verdict; or nobody has */
  async #change(
    room: SessionRoom,
    { event, write }: { event: SessionEvent; write: (tx: Transaction) => Promise<void> },
  ): Promise<boolean> {
    try {
      await room.change(() => ({ events: [event], write, value: undefined }));
      return true;
    } catch (error) {
      if (error instanceof LeaseLost || room.retired) return false;
      throw error;
    }
  }
}

class LeaseLost extends Error {
  override name = 'LeaseLost';
}

function measured(outcome: EvaluationOutcome) {
  if (outcome.kind === 'rejected') return {};
  const { loss, artifactBytes, examples } = outcome;
  return { loss, artifactBytes, examples };
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
        memory: outcome.memory,
      };
    case 'rejected':
      return { type: 'submission:rejected', at, submissionId, reason: outcome.reason };
  }
}
