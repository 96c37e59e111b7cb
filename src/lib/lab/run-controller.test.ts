import { describe, expect, it, vi } from 'vitest';
import { readCustomTask } from '../engine/data/custom-task.ts';
import { defaultRecipe } from '../engine/formats/recipe.ts';
import { tinyCounts } from '../engine/testing/tiny.ts';
import type { Checkpoint } from '../engine/train/checkpoint.ts';
import type { RunResult } from '../engine/train/events.ts';
import { openCustomTasks } from './custom-tasks.ts';
import { RunController } from './run-controller.svelte.ts';
import type { KeptRun, RunStore, UnfinishedRun } from './run-store.ts';
import type { TrainingLock } from './training-lock.ts';
import { WorkerClient, type EngineWorker } from './worker-client.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

const recipe = { ...defaultRecipe(), steps: 10 };
const checkpoint = (step: number): Checkpoint => ({
  step,
  parameters: Float32Array.of(step),
  optimiser: { moment1: Float32Array.of(0), moment2: Float32Array.of(0) },
  trace: Array.from({ length: step }, (_, n) => ({
    step: n + 1,
    loss: 2,
    learningRate: 0.1,
    gradientNorm: 1,
  })),
  validations: [{ step: 0, loss: 2.5, accuracy: 0.1 }],
  firstPredictions: [],
  trainingSeconds: step,
  generalLoss: null,
});
const result: RunResult = {
  recipe,
  choice: { backend: 'wasm', threads: 1, reason: '' },
  counts: tinyCounts(),
  seen: null,
  trace: [],
  validations: [],
  before: { step: 0, loss: 2.5, accuracy: 0.1 },
  after: { step: 10, loss: 1, accuracy: 0.7 },
  answers: [],
  general: null,
  trainingSeconds: 1,
  stopped: false,
  artifact: new Uint8Array(),
};

class FakeWorker implements EngineWorker {
  sent: ToWorker[] = [];
  onmessage: EngineWorker['onmessage'] = null;
  onerror: EngineWorker['onerror'] = null;
  terminate = vi.fn();
  postMessage(message: ToWorker) {
    this.sent.push(message);
  }
  say(message: FromWorker) {
    this.onmessage?.({ data: message } as MessageEvent<FromWorker>);
  }
  get order() {
    return this.sent.find((message) => message.type === 'run');
  }
}

function memoryStore() {
  const unfinished = new Map<string, UnfinishedRun>();
  const checkpoints = new Map<string, Checkpoint>();
  const runs: KeptRun[] = [];
  const store: RunStore = {
    begin: async (run) => void unfinished.set(run.id, run),
    forget: async (id) => {
      unfinished.delete(id);
      checkpoints.delete(id);
    },
    unfinishedOf: async () => [...unfinished.values()].sort((a, b) => b.startedAt - a.startedAt),
    saveCheckpoint: async (id, made) => void checkpoints.set(id, made),
    checkpointOf: async (id) => checkpoints.get(id),
    finish: async (run) => {
      runs.push(run);
      unfinished.delete(run.id);
      checkpoints.delete(run.id);
    },
    runsOf: async () => runs,
    allRuns: async () => runs,
    remove: async () => undefined,
  };
  return { store, unfinished, checkpoints, runs };
}

function ownData() {
  const lines = Array.from({ length: 12 }, (_, i) => `tea ${i},${i % 2}`);
  const bytes = new TextEncoder().encode(['text,label', ...lines].join('\n'));
  const result = readCustomTask({ bytes, name: 'tea.csv' });
  if (!result.ok) throw new Error('not taken');
  return result.data;
}

/** One browser: its disk and its lock, shared by the tabs that `open` makes. */
function browser() {
  const customTasks = openCustomTasks(() => Promise.reject(new Error('not needed')));
  const disk = memoryStore();
  let held = false;
  const lock: TrainingLock = {
    acquire: async () => {
      if (held) return null;
      held = true;
      return () => (held = false);
    },
  };
  const open = () => {
    const workers: FakeWorker[] = [];
    const wakeLock = { hold: vi.fn(), release: vi.fn() };
    const worker = new WorkerClient(() => {
      workers.push(new FakeWorker());
      return workers.at(-1)!;
    });
    const options = { code: 'lab', worker, lock, wakeLock, customTasks };
    const controller = new RunController({ ...options, store: disk.store });
    return { controller, workers, wakeLock };
  };
  return { ...disk, customTasks, open, isHeld: () => held };
}

/** Lets promises that are settled go on. */
const settle = () => new Promise((resolve) => setTimeout(resolve));
const training = { type: 'event', event: { type: 'phase', phase: 'training' } } as const;
const onBackend = (backend: 'webgpu' | 'wasm'): FromWorker => ({
  type: 'event',
  event: { type: 'backend', choice: { backend, threads: 1, reason: '' } },
});

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
});
