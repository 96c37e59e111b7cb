/**
 * Tasks that a person made of their own data, in the browser's database and nowhere else. Where the browser keeps
 * nothing, they last as long as the page.
 */
import type { CustomTask } from '../engine/data/custom-task.ts';
import { lazyDatabase } from './database.ts';

export interface KeptTask {
  /** The task's own. */
  id: string;
  data: CustomTask;
  /** Milliseconds since the epoch, by this device's clock. */
  addedAt: number;
}

export interface CustomTasks {
  /** The newest first. */
  all(): Promise<KeptTask[]>;
  get(id: string): Promise<CustomTask | undefined>;
  /** @returns false when it lasts only as long as this page */
  keep(data: CustomTask): Promise<boolean>;
  remove(id: string): Promise<void>;
}

/** Each may have several megabytes; the oldest beyond these go. */
export const MAX_KEPT = 10;

/** What a recipe says that names data of another browser. */
export const DATA_ELSEWHERE =
  'The recipe names data that somebody brought to another browser, or that was deleted from this one. Open the same file under “Your own data”: it becomes the same task. Or choose another task.';

/** The part of the database that is used, so that tests can put their own in its place. */
interface Table {
  getAll(store: 'tasks'): Promise<KeptTask[]>;
  put(store: 'tasks', task: KeptTask): Promise<unknown>;
  delete(store: 'tasks', id: string): Promise<void>;
}

export function openCustomTasks(
  open: () => Promise<Table> = lazyDatabase(),
  now: () => number = Date.now,
): CustomTasks {
  /** What the disk did not take. */
  const held = new Map<string, KeptTask>();
  const all = async () => {
    const stored = await open()
      .then((db) => db.getAll('tasks'))
      .catch(() => []);
    return [...stored.filter(({ id }) => !held.has(id)), ...held.values()].sort(
      (a, b) => b.addedAt - a.addedAt,
    );
  };
  const remove = async (id: string) => {
    held.delete(id);
    await open()
      .then((db) => db.delete('tasks', id))
      .catch(() => undefined);
  };
  return {
    all,
    remove,
    get: async (id) => (await all()).find((task) => task.id === id)?.data,
    async keep(data) {
      const task: KeptTask = { id: data.task.id, data, addedAt: now() };
      const stored = await open()
        .then((db) => db.put('tasks', task))
        .then(
          () => true,
          () => false,
        );
      if (stored) held.delete(task.id);
      else held.set(task.id, task);
      await Promise.all((await all()).slice(MAX_KEPT).map(({ id }) => remove(id)));
      return stored;
    },
  };
}
