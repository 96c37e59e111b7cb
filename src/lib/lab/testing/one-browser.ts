/** Runs without a worker, a disk or a page: what the tests of the run controller share. */
import { vi } from 'vitest';
import { defaultRecipe } from '../../engine/formats/recipe.ts';
import { tinyCounts } from '../../engine/testing/tiny.ts';
import type { Checkpoint } from '../../engine/train/checkpoint.ts';
import type { RunResult } from '../../engine/train/events.ts';
import { openCustomTasks } from '../custom-tasks.ts';
import { RunController } from '../run-controller.svelte.ts';
import type { KeptRun, RunStore, UnfinishedRun } from '../run-store.ts';
import type { TrainingLock } from '../training-lock.ts';
import { WorkerClient, type EngineWorker } from '../worker-client.ts';
import type { FromWorker, ToWorker } from '../worker-protocol.ts';

export const recipe = { ...defaultRecipe(), steps: 10 };
export const checkpoint = (step: number): Checkpoint => ({
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
export const result: RunResult = {
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

export class FakeWorker implements EngineWorker {
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

/** One browser: its disk and its lock, shared by the tabs that `open` makes. */
export function browser() {
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
export const settle = () => new Promise((resolve) => setTimeout(resolve));
export const training = { type: 'event', event: { type: 'phase', phase: 'training' } } as const;
export const onBackend = (backend: 'webgpu' | 'wasm'): FromWorker => ({
  type: 'event',
  event: { type: 'backend', choice: { backend, threads: 1, reason: '' } },
});
