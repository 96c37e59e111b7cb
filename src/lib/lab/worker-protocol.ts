/** Messages between the lab and the engine worker. One worker runs one recipe at a time. */
import type { Recipe } from '../engine/formats/recipe.ts';
import type { BackendChoice, RunEvent, RunResult } from '../engine/train/events.ts';

export type ToWorker =
  /** Loads model, task and backend before they are needed; `ready` or `failed` follows. */
  | { type: 'warm'; recipe: Recipe }
  /** `backend` overrides the worker's own choice. */
  | { type: 'run'; recipe: Recipe; backend?: 'webgpu' | 'wasm' }
  /** Ends the run after the step in progress; `done` follows with `stopped: true`. */
  | { type: 'stop' };

export type FromWorker =
  | { type: 'ready'; choice: BackendChoice }
  | { type: 'event'; event: RunEvent }
  | { type: 'done'; result: RunResult }
  /** `message` is a sentence for the student. */
  | { type: 'failed'; message: string };

/** What comes of a run: everything but the end of a warming. */
export type RunMessage = Exclude<FromWorker, { type: 'ready' }>;
