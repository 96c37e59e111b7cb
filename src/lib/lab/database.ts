/**
 * The browser's own database: everything of a student's that must outlive a reload. Opened by pages and by
 * the engine worker alike. What its stores mean is said by the modules that use them.
 */
import {
  openDB,
  type DBSchema,
  type IDBPDatabase,
  type IDBPTransaction,
  type StoreNames,
} from 'idb';
import type { Checkpoint } from '../engine/train/checkpoint.ts';
import type { KeptRecord } from '../content/study.ts';
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
  /** Keys are owner, kind, lesson and section. */
  study: { key: [string, string, string, string]; value: KeptRecord };
}

export type Database = IDBPDatabase<Schema>;

/** Opens the database on first use. Where IndexedDB is blocked, every use rejects. */
export function lazyDatabase(): () => Promise<Database> {
  let database: Promise<Database> | null = null;
  return () => (database ??= open());
}

function open(): Promise<Database> {
  return openDB<Schema>('rankroom', 5, {
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
      if (oldVersion < 4) createStudy(db);
      else if (oldVersion < 5) void giveStudyOwners(db, transaction);
    },
    // A tab left open since an older version must not keep a newer one waiting.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });
}

const createStudy = (db: Database) =>
  db.createObjectStore('study', { keyPath: ['owner', 'kind', 'lesson', 'section'] });

/** Before accounts had them, study records were of nobody. */
async function giveStudyOwners(
  db: Database,
  transaction: IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>,
): Promise<void> {
  const guests = await transaction.objectStore('study').getAll();
  db.deleteObjectStore('study');
  const study = createStudy(db);
  await Promise.all(guests.map((record) => study.put({ ...record, owner: '', unsent: false })));
}
