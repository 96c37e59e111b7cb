/**
 * The browser's own database: everything of a student's that must outlive a reload. Opened by pages and by
 * the engine worker alike. What its stores mean is said by the modules that use them.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Checkpoint } from '../engine/train/checkpoint.ts';
import type { Pending, Settled } from '../live/keep.ts';
import type { KeptTask } from './custom-tasks.ts';
import type { KeptRun, UnfinishedRun } from './run-store.ts';

export interface Schema extends DBSchema {
  pending: { key: string; value: Pending; indexes: { code: string } };
  receipts: { key: string; value: Settled; indexes: { code: string } };
  runs: { key: string; value: KeptRun; indexes: { code: string } };
  unfinished: { key: string; value: UnfinishedRun; indexes: { code: string } };
  /** Keys are run ids. */
  checkpoints: { key: string; value: Checkpoint };
  tasks: { key: string; value: KeptTask };
}

export type Database = IDBPDatabase<Schema>;

/** Opens the database on first use. Where IndexedDB is blocked, every use rejects. */
export function lazyDatabase(): () => Promise<Database> {
  let database: Promise<Database> | null = null;
  return () => (database ??= open());
}

function open(): Promise<Database> {
  return openDB<Schema>('rankroom', 3, {
    upgrade(db, oldVersion, _newVersion, transaction) {
      if (oldVersion < 1) {
        db.createObjectStore('pending', { keyPath: 'runId' }).createIndex('code', 'code');
        db.createObjectStore('receipts', { keyPath: 'runId' }).createIndex('code', 'code');
        db.createObjectStore('runs', { keyPath: 'id' }).createIndex('code', 'code');
      }
      if (oldVersion < 2) {
        db.createObjectStore('unfinished', { keyPath: 'id' }).createIndex('code', 'code');
        db.createObjectStore('checkpoints');
      }
      // Checkpoints of older engines hold their parameters in another order.
      if (oldVersion === 2) void transaction.objectStore('checkpoints').clear();
      if (oldVersion < 3) db.createObjectStore('tasks', { keyPath: 'id' });
    },
    // A tab left open since an older version must not keep a newer one waiting.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });
}
