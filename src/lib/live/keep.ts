/**
 * What must outlive a reload, in IndexedDB: finished runs of a session, submissions the server has not
 * yet acknowledged, and receipts of those it has. Writing comes before sending; removal only after a receipt.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { FinishedRun } from '../lab/run-controller.svelte.ts';
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
  createdAt: number;
}

/** What the server answered, so that a reloaded page knows which of its runs were submitted. */
export interface KeptReceipt {
  runId: string;
  code: string;
  receipt: SubmissionReceipt;
}

export interface Keep {
  addPending(pending: Pending): Promise<void>;
  /** Forgets a submission the server refused. */
  removePending(runId: string): Promise<void>;
  /** Puts the receipt in the place of the pending submission, in one transaction. */
  settle(receipt: KeptReceipt): Promise<void>;
  receiptsOf(code: string): Promise<KeptReceipt[]>;
  pendingOf(code: string): Promise<Pending[]>;
  addRun(code: string, run: FinishedRun): Promise<void>;
  runsOf(code: string): Promise<FinishedRun[]>;
}

interface Schema extends DBSchema {
  pending: { key: string; value: Pending; indexes: { code: string } };
  receipts: { key: string; value: KeptReceipt; indexes: { code: string } };
  runs: { key: string; value: FinishedRun & { code: string }; indexes: { code: string } };
}

/** Runs kept of one session; the least accurate go first. A full fine-tune's artifact is several MB. */
const RUNS_KEPT = 8;

/** Opens the store. Where IndexedDB is blocked, keeping fails and the caller tells the student. */
export function openKeep(): Keep {
  let database: Promise<IDBPDatabase<Schema>> | null = null;
  const open = () =>
    (database ??= openDB<Schema>('rankroom', 1, {
      upgrade(db) {
        db.createObjectStore('pending', { keyPath: 'runId' }).createIndex('code', 'code');
        db.createObjectStore('receipts', { keyPath: 'runId' }).createIndex('code', 'code');
        db.createObjectStore('runs', { keyPath: 'id' }).createIndex('code', 'code');
      },
    }));

  return {
    async addPending(pending) {
      await (await open()).put('pending', pending);
    },
    async removePending(runId) {
      await (await open()).delete('pending', runId);
    },
    async settle(receipt) {
      const transaction = (await open()).transaction(['pending', 'receipts'], 'readwrite');
      await Promise.all([
        transaction.objectStore('receipts').put(receipt),
        transaction.objectStore('pending').delete(receipt.runId),
        transaction.done,
      ]);
    },
    async receiptsOf(code) {
      return (await open()).getAllFromIndex('receipts', 'code', code);
    },
    async pendingOf(code) {
      return (await open()).getAllFromIndex('pending', 'code', code);
    },
    async addRun(code, run) {
      const db = await open();
      await db.put('runs', { ...run, code });
      const runs = await db.getAllFromIndex('runs', 'code', code);
      const surplus = runs
        .sort((a, b) => b.result.after.accuracy - a.result.after.accuracy)
        .slice(RUNS_KEPT);
      await Promise.all(surplus.map(({ id }) => db.delete('runs', id)));
    },
    async runsOf(code) {
      const runs = await (await open()).getAllFromIndex('runs', 'code', code);
      return runs.sort((a, b) => a.finishedAt - b.finishedAt);
    },
  };
}
