import { describe, expect, it } from 'vitest';
import { readCustomTask, type CustomTask } from '../engine/data/custom-task.ts';
import { findLabTask, MissingTaskError } from './assets.ts';
import { MAX_KEPT, openCustomTasks, type KeptTask } from './custom-tasks.ts';

function dataset(word: string): CustomTask {
  const lines = Array.from({ length: 12 }, (_, i) => `${word} ${i},${i % 2}`);
  const bytes = new TextEncoder().encode(['text,label', ...lines].join('\n'));
  const result = readCustomTask({ bytes, name: `${word}.csv` });
  if (!result.ok) throw new Error('not taken');
  return result.data;
}

function disk() {
  const rows = new Map<string, KeptTask>();
  return {
    rows,
    open: async () => ({
      getAll: async () => [...rows.values()],
      put: async (_store: 'tasks', task: KeptTask) => rows.set(task.id, task),
      delete: async (_store: 'tasks', id: string) => void rows.delete(id),
    }),
  };
}
const blocked = () => Promise.reject(new Error('no storage'));

describe('L-14: a person’s own data', () => {
  it('is there again for another page of the same browser, the newest first', async () => {
    const { open } = disk();
    let clock = 0;
    const first = openCustomTasks(open, () => ++clock);
    const [tea, coffee] = [dataset('tea'), dataset('coffee')];
    expect(await first.keep(tea)).toBe(true);
    await first.keep(coffee);
    const later = openCustomTasks(open);
    expect((await later.all()).map(({ id }) => id)).toEqual([coffee.task.id, tea.task.id]);
    expect(await later.get(tea.task.id)).toEqual(tea);
    await later.remove(tea.task.id);
    expect(await first.get(tea.task.id)).toBeUndefined();
  });

  it('lasts as long as the page where the browser stores nothing', async () => {
    const tasks = openCustomTasks(blocked);
    const tea = dataset('tea');
    expect(await tasks.keep(tea)).toBe(false);
    expect(await tasks.get(tea.task.id)).toEqual(tea);
    expect(await openCustomTasks(blocked).all()).toEqual([]);
    await tasks.remove(tea.task.id);
    expect(await tasks.all()).toEqual([]);
  });

  it('makes room by its oldest', async () => {
    const { open, rows } = disk();
    let clock = 0;
    const tasks = openCustomTasks(open, () => ++clock);
    const all = Array.from({ length: MAX_KEPT + 1 }, (_, i) => dataset(`tea${i}`));
    for (const data of all) await tasks.keep(data);
    expect(rows.size).toBe(MAX_KEPT);
    expect(rows.has(all[0]!.task.id)).toBe(false);
  });

  it('that is not here is named as such, and so is a task nobody has', async () => {
    const tasks = openCustomTasks(disk().open);
    const tea = dataset('tea');
    await expect(findLabTask(tea.task.id, tasks)).rejects.toThrow(MissingTaskError);
    await expect(findLabTask('no-such', tasks)).rejects.toThrow('There is no task called no-such');
    await tasks.keep(tea);
    expect(await findLabTask(tea.task.id, tasks)).toEqual(tea.task);
    expect((await findLabTask('spam', tasks)).labels).toEqual(['ham', 'spam']);
  });
});
