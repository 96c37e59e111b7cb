/**
 * A student's runs on disk: finished ones with their artifacts, and those that have not ended, each with its
 * last checkpoint. Every method rejects where the browser keeps nothing; callers go on without.
 */
import type { Recipe } from '../engine/formats/recipe.ts';
import type { Checkpoint } from '../engine/train/checkpoint.ts';
import { lazyDatabase, type Database } from './database.ts';
import type { FinishedRun } from './run-controller.svelte.ts';
import { readStoredRun, readStoredUnfinished, type StoredRun } from './stored-runs.ts';
import { surplusRuns, type Judged } from './surplus-runs.ts';

/** Where a run belongs: a session's join code, or the lab, which is no session. Codes are upper case. */
export const LAB = 'lab';

export interface KeptRun extends FinishedRun {
  code: string;
}

/** A run that has begun and not ended. It is there from its start until its result is stored. */
export interface UnfinishedRun {
  id: string;
  code: string;
  recipe: Recipe;
  /** Milliseconds since the epoch, by this device's clock. */
  startedAt: number;
  /** `stopped` by the student, or given up after the engine was lost too often: neither goes on by itself. */
  end: 'none' | 'stopped' | 'lost';
}

export interface RunStore {
  begin(run: UnfinishedRun): Promise<void>;
  /** Forgets an unfinished run and its checkpoint. */
  forget(id: string): Promise<void>;
  /** The newest first. */
  unfinishedOf(code: string): Promise<UnfinishedRun[]>;
  saveCheckpoint(id: string, checkpoint: Checkpoint): Promise<void>;
  checkpointOf(id: string): Promise<Checkpoint | undefined>;
  /** Keeps a finished run in the place of the unfinished one, and removes runs that are too many or too old. */
  finish(run: KeptRun): Promise<void>;
  /** In the order in which they ended. */
  runsOf(code: string): Promise<KeptRun[]>;
  allRuns(): Promise<KeptRun[]>;
  remove(id: string): Promise<void>;
}

/** @param open in place of the browser's database, for tests */
export function openRunStore(open: () => Promise<Database> = lazyDatabase()): RunStore {
  return {
    async begin(run) {
      await (await open()).put('unfinished', run);
    },
    async forget(id) {
      const transaction = (await open()).transaction(['unfinished', 'checkpoints'], 'readwrite');
      await Promise.all([
        transaction.objectStore('unfinished').delete(id),
        transaction.objectStore('checkpoints').delete(id),
        transaction.done,
      ]);
    },
    async unfinishedOf(code) {
      const runs = await (await open()).getAllFromIndex('unfinished', 'code', code);
      return runs.flatMap(readStoredUnfinished).sort((a, b) => b.startedAt - a.startedAt);
    },
    async saveCheckpoint(id, checkpoint) {
      await (await open()).put('checkpoints', checkpoint, id);
    },
    async checkpointOf(id) {
      return (await open()).get('checkpoints', id);
    },
    async finish(run) {
      const db = await open();
      const transaction = db.transaction(['runs', 'unfinished', 'checkpoints'], 'readwrite');
      await Promise.all([
        transaction.objectStore('runs').put(run),
        transaction.objectStore('unfinished').delete(run.id),
        transaction.objectStore('checkpoints').delete(run.id),
        transaction.done,
      ]);
      // The run is kept now, whatever becomes of making room.
      await prune(db, run.finishedAt).catch(() => undefined);
    },
    async runsOf(code) {
      return inOrder(await (await open()).getAllFromIndex('runs', 'code', code));
    },
    async allRuns() {
      return inOrder(await (await open()).getAll('runs'));
    },
    async remove(id) {
      await (await open()).delete('runs', id);
    },
  };
}

const inOrder = (runs: readonly StoredRun[]) =>
  runs.flatMap(readStoredRun).sort((a, b) => a.finishedAt - b.finishedAt);

async function prune(db: Database, now: number): Promise<void> {
  const surplus = surplusRuns(await judgedRuns(db), now);
  await Promise.all(surplus.map((id) => db.delete('runs', id)));
}

/** One run at a time: all of them with their artifacts can be more than a phone's memory. */
async function judgedRuns(db: Database): Promise<Judged[]> {
  const judged: Judged[] = [];
  let cursor = await db.transaction('runs').store.openCursor();
  while (cursor) {
    const { id, code, finishedAt, result } = cursor.value;
    judged.push({ id, code, finishedAt, result: { after: { accuracy: result.after.accuracy } } });
    cursor = await cursor.continue();
  }
  return judged;
}
