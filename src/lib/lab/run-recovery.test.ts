import { describe, expect, it } from 'vitest';
import { browser, checkpoint, onBackend, recipe, settle, training } from './testing/one-browser.ts';

describe('RunController, when the engine is lost', () => {
  it('moves to another worker when its own is lost, then to WASM, and then offers the rest (K-4)', async () => {
    const { open, store } = browser();
    const { controller, workers } = open();
    await controller.start(recipe);
    const { id } = workers[0]!.order!;
    const expected = ['webgpu', 'wasm', 'wasm'] as const;
    const backends = ['webgpu', 'webgpu', 'wasm', 'wasm'] as const;
    for (const [index, backend] of backends.entries()) {
      const worker = workers[index]!;
      worker.say(onBackend(backend));
      worker.say(training);
      await store.saveCheckpoint(id, checkpoint(index + 2));
      worker.say({ type: 'lost', message: 'gone' });
      await settle();
      expect(worker.terminate).toHaveBeenCalled();
      if (index === 3) break;
      expect(workers[index + 1]!.order).toMatchObject({
        id,
        backend: expected[index],
        checkpoint: { step: index + 2 },
      });
      expect(controller.run).toMatchObject({ live: { step: index + 2 } });
    }
    expect(workers).toHaveLength(4);
    expect(controller.run.state).toBe('failed');
    expect(controller.interrupted).toMatchObject([{ id, end: 'lost' }]);
  });

  it('gives up when WASM, after WebGPU, dies twice before it has said where it runs (K-4)', async () => {
    const { open } = browser();
    const { controller, workers } = open();
    await controller.start(recipe);
    for (const backend of ['webgpu', 'webgpu', null, null, null, null] as const) {
      if (!controller.active) break;
      if (backend) workers.at(-1)!.say(onBackend(backend));
      workers.at(-1)!.say({ type: 'lost', message: 'gone' });
      await settle();
    }
    expect(workers.map(({ order }) => order?.backend)).toEqual([
      undefined,
      'webgpu',
      'wasm',
      'wasm',
    ]);
    expect(controller.run.state).toBe('failed');
  });

  it('still stops a run whose Stop is pressed while its engine is replaced, or just after (K-4, L-5)', async () => {
    for (const when of ['during', 'after'] as const) {
      const { open, store } = browser();
      const { controller, workers } = open();
      await controller.start(recipe);
      workers[0]!.say(training);
      await store.saveCheckpoint(workers[0]!.order!.id, checkpoint(2));
      workers[0]!.say({ type: 'lost', message: 'gone' });
      if (when === 'after') await settle();
      controller.stop();
      await settle();
      expect(controller.run.state).toBe('stopping');
      expect(workers[1]!.sent.at(-1)).toEqual({ type: 'stop' });
    }
  });

  it('leaves the next run alone when an engine was lost and its run discarded', async () => {
    const { open, store } = browser();
    const { controller, workers } = open();
    await controller.start(recipe);
    const { id } = workers[0]!.order!;
    let read = (_: undefined) => {};
    store.checkpointOf = () => new Promise((resolve) => (read = resolve));
    workers[0]!.say({ type: 'lost', message: 'gone' });
    controller.stop();
    await controller.start(recipe);
    read(undefined);
    await settle();
    expect(workers).toHaveLength(2);
    expect(workers[1]!.order!.id).not.toBe(id);
    expect(controller.run).toMatchObject({ live: { losses: [] } });
  });

  it('tells the worker to stop once the run’s record says so (K-3)', async () => {
    const { open, store, unfinished } = browser();
    const { controller, workers } = open();
    await controller.start(recipe);
    workers[0]!.say(training);
    let write = () => {};
    store.begin = async (run) => {
      await new Promise<void>((resolve) => (write = resolve));
      unfinished.set(run.id, run);
    };
    controller.stop();
    await settle();
    expect(controller.run.state).toBe('stopping');
    expect(workers[0]!.sent.map(({ type }) => type)).not.toContain('stop');
    write();
    await settle();
    expect([...unfinished.values()]).toMatchObject([{ end: 'stopped' }]);
    expect(workers[0]!.sent.map(({ type }) => type)).toContain('stop');
  });

  it('starts again from nothing when the engine is lost before the first checkpoint (K-4)', async () => {
    const { open } = browser();
    const { controller, workers } = open();
    await controller.start(recipe);
    workers[0]!.say({ type: 'lost', message: 'gone' });
    await settle();
    expect(workers[1]!.order).toMatchObject({ id: workers[0]!.order!.id, checkpoint: undefined });
    expect(controller.active).toBe(true);
  });

  it('holds the last checkpoint itself where the worker could store none (K-5)', async () => {
    const { open } = browser();
    const { controller, workers } = open();
    await controller.start(recipe);
    workers[0]!.say(training);
    workers[0]!.say({ type: 'checkpoint', checkpoint: checkpoint(3) });
    workers[0]!.say({ type: 'lost', message: 'gone' });
    await settle();
    expect(workers[1]!.order).toMatchObject({ checkpoint: { step: 3 } });
    expect(controller.run).toMatchObject({ live: { resumedAt: 3 } });
  });

  it('goes on from the later one of the checkpoints on disk and in the page (K-4, K-5)', async () => {
    const cases = [
      { stored: 2, held: 5, from: 5 },
      { stored: 6, held: 3, from: 6 },
    ];
    for (const { stored, held, from } of cases) {
      const { open, store } = browser();
      const { controller, workers } = open();
      await controller.start(recipe);
      workers[0]!.say(training);
      await store.saveCheckpoint(workers[0]!.order!.id, checkpoint(stored));
      workers[0]!.say({ type: 'checkpoint', checkpoint: checkpoint(held) });
      workers[0]!.say({ type: 'lost', message: 'gone' });
      await settle();
      expect(workers[1]!.order).toMatchObject({ checkpoint: { step: from } });
    }
  });

  it('offers what a run had trained where nothing can be stored, and resumes it (K-4, K-5)', async () => {
    const { open, store } = browser();
    const refuse = () => Promise.reject(new Error('no disk'));
    for (const method of Object.keys(store) as (keyof typeof store)[]) store[method] = refuse;
    const { controller, workers } = open();
    await controller.start(recipe);
    const { id } = workers[0]!.order!;
    for (const step of [3, 4]) {
      workers.at(-1)!.say(training);
      workers.at(-1)!.say({ type: 'checkpoint', checkpoint: checkpoint(step) });
      workers.at(-1)!.say({ type: 'lost', message: 'gone' });
      await settle();
    }
    expect(controller.run.state).toBe('failed');
    expect(controller.interrupted).toMatchObject([{ id, end: 'lost' }]);

    await controller.resume(controller.interrupted[0]!);
    expect(workers.at(-1)!.order).toMatchObject({ id, checkpoint: { step: 4 } });
    expect(controller.interrupted).toEqual([]);
    controller.stop();
    expect(controller.run.state).toBe('stopping');
  });

  it('starts the next run while one that was given up is being kept (K-6)', async () => {
    const { open, store, isHeld } = browser();
    const { controller, workers } = open();
    await controller.start(recipe);
    await store.saveCheckpoint(workers[0]!.order!.id, checkpoint(2));
    for (const index of [0, 1]) {
      workers[index]!.say(onBackend('wasm'));
      workers[index]!.say({ type: 'lost', message: 'gone' });
      if (index === 0) await settle();
    }
    while (controller.active) await Promise.resolve();
    await controller.start(recipe);
    expect(controller.refusal).toBeNull();
    expect(controller.active).toBe(true);
    await settle();
    expect(isHeld()).toBe(true);
  });

  it('keeps what was trained when a resumed run cannot be loaded, and drops a run that diverged', async () => {
    const { open, unfinished, store } = browser();
    const first = open();
    await first.controller.start(recipe);
    const { id } = first.workers[0]!.order!;
    await store.saveCheckpoint(id, checkpoint(4));
    first.controller.destroy();
    const { controller, workers } = open();
    await controller.open();
    workers[0]!.say({ type: 'failed', message: 'No connection.', again: true });
    await settle();
    expect(controller.interrupted).toMatchObject([{ id, end: 'lost' }]);

    await controller.resume(controller.interrupted[0]!);
    workers[0]!.say({ type: 'failed', message: 'The loss is no number.', again: false });
    await settle();
    expect(controller.interrupted).toEqual([]);
    expect(unfinished.size).toBe(0);
  });

  it('still lists the other interrupted runs after a run has failed (K-3)', async () => {
    const { open, store } = browser();
    await store.begin({ id: 'older', code: 'lab', recipe, startedAt: 1, end: 'none' });
    await store.begin({ id: 'last', code: 'lab', recipe, startedAt: 2, end: 'none' });
    const { controller, workers } = open();
    await controller.open(() => false);
    await controller.start(recipe);
    await store.saveCheckpoint(workers[0]!.order!.id, checkpoint(2));
    workers[0]!.say(training);
    for (const index of [0, 1]) {
      workers[index]!.say({ type: 'lost', message: 'gone' });
      await settle();
    }
    expect(controller.run.state).toBe('failed');
    const { id } = workers[0]!.order!;
    expect(controller.interrupted.map((run) => run.id)).toEqual([id, 'last', 'older']);
  });
});
