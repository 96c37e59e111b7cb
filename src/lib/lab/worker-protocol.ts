/** Messages between the lab and the engine worker. One worker runs one recipe at a time. */
import type { Recipe } from '../engine/formats/recipe.ts';
import type { RunEvent, RunResult } from '../engine/train/events.ts';

export type ToWorker =
  /** `backend` overrides the worker's own choice. */
  | { type: 'run'; recipe: Recipe; backend?: 'webgpu' | 'wasm' }
  /** Ends the run after the step in progress; `done` follows with `stopped: true`. */
  | { type: 'stop' };

export type FromWorker =
  | { type: 'event'; event: RunEvent }
  | { type: 'done'; result: RunResult }
  /** `message` is a sentence for the student. */
  | { type: 'failed'; message: string };
