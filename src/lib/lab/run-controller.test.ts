import { describe, expect, it } from 'vitest';
import { readCustomTask } from '../engine/data/custom-task.ts';
import { browser, checkpoint, recipe, result, settle, training } from './testing/one-browser.ts';

function ownData() {
  const lines = Array.from({ length: 12 }, (_, i) => `tea ${i},${i % 2}`);
  const bytes = new TextEncoder().encode(['text,label', ...lines].join('\n'));
  const result = readCustomTask({ bytes, name: 'tea.csv' });
  if (!result.ok) throw new Error('not taken');
  return result.data;
}

describe('RunController', () => {
  it('has a run on disk from its start until its result is stored (K-2, K-7, K-9)', async () => {
    const { open, unfinished, runs, isHeld } = browser();
    const { controller, workers, wakeLock } = open();
    await controller.start(recipe);
    expect([...unfinished.values()]).toMatchObject([{ recipe, end: 'none' }]);
    expect(isHeld()).toBe(true);
    expect(wakeLock.hold).toHaveBeenCalled();
    expect(wakeLock.release).not.toHaveBeenCalled();
    const { id } = workers[0]!.order!;
    workers[0]!.say({ type: 'done', result });
    await settle();
    expect(unfinished.size).toBe(0);
    expect(runs).toMatchObject([{ id, code: 'lab' }]);
    expect(isHeld()).toBe(false);
    expect(wakeLock.release).toHaveBeenCalled();
  });

  it('goes on after a reload from the stored checkpoint, under the same id (K-3)', async () => {
    const { open, store } = browser();
    const first = open();
    await first.controller.start(recipe);
    const { id } = first.workers[0]!.order!;
    await store.saveCheckpoint(id, checkpoint(4));
    first.controller.destroy();

    const { controller, workers } = open();
    await controller.open();
    expect(workers[0]!.order).toMatchObject({ id, recipe, checkpoint: { step: 4 } });
    expect(controller.run).toMatchObject({ live: { id, step: 4, resumedAt: 4 } });
  });

  it('sends the worker the data of a task of one’s own, also when it goes on (L-14)', async () => {
    const { open, store, customTasks } = browser();
    const data = ownData();
    await customTasks.keep(data);
    const own = { ...recipe, task: data.task.id };
    const first = open();
    void first.controller.warm(own);
    await settle();
    expect(first.workers[0]!.sent.find(({ type }) => type === 'warm')).toMatchObject({ data });
    await first.controller.start(own);
    expect(first.workers[0]!.order).toMatchObject({ recipe: own, data });
    await store.saveCheckpoint(first.workers[0]!.order!.id, checkpoint(4));
    first.workers[0]!.say({ type: 'lost', message: 'gone' });
    await settle();
    expect(first.workers[1]!.order).toMatchObject({ data, checkpoint: { step: 4 } });
    first.controller.destroy();

    const second = open();
    await second.controller.open();
    expect(second.workers[0]!.order).toMatchObject({ recipe: own, data });
  });

  it('loads another task ahead when it is chosen, and the same one once', async () => {
    const { open } = browser();
    const { controller, workers } = open();
    const warmed = () => workers[0]!.sent.filter(({ type }) => type === 'warm');
    void controller.warm(recipe);
    void controller.warm(recipe);
    void controller.warm({ ...recipe, task: 'spam' });
    await settle();
    expect(warmed()).toMatchObject([
      { recipe: { task: recipe.task } },
      { recipe: { task: 'spam' } },
    ]);
  });

  it('offers what was stopped, or is not wanted any more, and resumes it when asked (K-3)', async () => {
    for (const why of ['stopped', 'unwanted'] as const) {
      const { open, store } = browser();
      const first = open();
      await first.controller.start(recipe);
      const { id } = first.workers[0]!.order!;
      first.workers[0]!.say(training);
      await store.saveCheckpoint(id, checkpoint(4));
      if (why === 'stopped') first.controller.stop();
      first.controller.destroy();

      const { controller, workers } = open();
      await controller.open(() => why === 'stopped');
      expect(controller.active).toBe(false);
      expect(controller.interrupted).toMatchObject([{ id }]);
      await controller.resume(controller.interrupted[0]!);
      expect(workers[0]!.order).toMatchObject({ id, checkpoint: { step: 4 } });
      expect(controller.interrupted).toEqual([]);
    }
  });

  it('neither starts nor resumes beside a tab that trains, and does when that one is done (K-6)', async () => {
    const { open } = browser();
    const first = open();
    await first.controller.start(recipe);
    const second = open();
    await second.controller.open();
    expect(second.controller.active).toBe(false);
    expect(second.controller.refusal).toContain('another tab');
    await second.controller.start(recipe);
    expect(second.workers).toHaveLength(0);

    first.workers[0]!.say({ type: 'done', result });
    await settle();
    await second.controller.start(recipe);
    expect(second.controller.active).toBe(true);
    expect(second.controller.refusal).toBeNull();
  });

  it('offers no run while another tab trains, and discards none (K-3, K-6)', async () => {
    const { open, unfinished } = browser();
    const first = open();
    await first.controller.start(recipe);
    const { id } = first.workers[0]!.order!;
    const reader = open();
    await reader.controller.open(() => false);
    expect(reader.controller.interrupted).toEqual([]);
    expect(reader.controller.refusal).toContain('another tab');

    first.controller.destroy();
    const second = open();
    await second.controller.open(() => false);
    expect(second.controller.interrupted).toMatchObject([{ id }]);
    expect(second.controller.refusal).toBeNull();
    // Another tab goes on with it after it was listed here.
    const third = open();
    await third.controller.open();
    expect(third.controller.active).toBe(true);
    await second.controller.discard(second.controller.interrupted[0]!);
    expect(unfinished.has(id)).toBe(true);
    expect(second.controller.refusal).toContain('Nothing is discarded');

    third.controller.destroy();
    await second.controller.discard(second.controller.interrupted[0]!);
    expect(unfinished.size).toBe(0);
    expect(second.controller.interrupted).toEqual([]);
    expect(second.controller.refusal).toBeNull();
  });

  it('starts what is asked for while it finds out whether another tab trains (K-6)', async () => {
    const { open } = browser();
    const first = open();
    await first.controller.start(recipe);
    first.controller.destroy();
    const { controller } = open();
    const opening = controller.open(() => false);
    await Promise.all([opening, controller.start(recipe)]);
    expect(controller.active).toBe(true);
    expect(controller.refusal).toBeNull();
  });

  it('starts the next run while the result of the last one is being stored (K-6)', async () => {
    const { open, runs, isHeld } = browser();
    const { controller, workers } = open();
    await controller.start(recipe);
    workers[0]!.say({ type: 'done', result });
    await controller.start(recipe);
    expect(controller.refusal).toBeNull();
    expect(controller.active).toBe(true);
    expect(runs).toHaveLength(1);
    await settle();
    expect(isHeld()).toBe(true);

    workers[0]!.say({ type: 'done', result });
    await settle();
    expect(isHeld()).toBe(false);
  });
});
