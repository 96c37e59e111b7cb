/**
 * What must outlive a reload of a session's page, in IndexedDB: submissions the server has not yet answered, and
 * its answers. Writing comes before sending; removal only after an answer. Runs are kept by the lab.
 */
import { lazyDatabase } from '../lab/database.ts';
import type { Recipe } from '../engine/formats/recipe.ts';
import type { Report, SubmissionReceipt } from './protocol.ts';

/** A submission on its way. `runId` is made once, so sending it twice counts once. */
export interface Pending {
  runId: string;
  code: string;
  /** The round it was submitted in: one that arrives late must not count for the next. */
  roundId: string;
  recipe: Recipe;
  report: Report;
  artifact: Uint8Array<ArrayBuffer>;
  /** When the student submitted it, in ms since the epoch by this device's clock. */
  createdAt: number;
}

export type Answered =
  | { state: 'received'; receipt: SubmissionReceipt }
  /** `status` is the HTTP status, which says whether the run may be submitted again. */
  | { state: 'refused'; status: number; reason: string };

/** What the server answered, so that a reloaded page knows what became of its runs. */
export interface Settled extends Pick<Pending, 'runId' | 'code' | 'roundId' | 'createdAt'> {
  answer: Answered;
}

export interface Keep {
  addPending(pending: Pending): Promise<void>;
  /** Puts the answer in the place of the pending submission, in one transaction. */
  settle(settled: Settled): Promise<void>;
  settledOf(code: string): Promise<Settled[]>;
  pendingOf(code: string): Promise<Pending[]>;
}

/** Opens the store. Where IndexedDB is blocked, keeping fails and the caller tells the student. */
export function openKeep(): Keep {
  const open = lazyDatabase();
  return {
    async addPending(pending) {
      await (await open()).put('pending', pending);
    },
    async settle(settled) {
      const transaction = (await open()).transaction(['pending', 'receipts'], 'readwrite');
      await Promise.all([
        transaction.objectStore('receipts').put(settled),
        transaction.objectStore('pending').delete(settled.runId),
        transaction.done,
      ]);
    },
    async settledOf(code) {
      return (await open()).getAllFromIndex('receipts', 'code', code);
    },
    async pendingOf(code) {
      return (await open()).getAllFromIndex('pending', 'code', code);
    },
  };
}
