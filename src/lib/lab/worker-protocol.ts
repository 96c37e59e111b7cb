/** Messages between the lab and the engine worker. One worker runs one recipe at a time. */
import type { Recipe } from '../engine/formats/recipe.ts';
import type { BackendChoice, RunEvent, RunResult } from '../engine/train/events.ts';
import type { Speed } from './speeds.ts';

/** What a device said of itself before its first run. */
export interface Preflight {
  choice: BackendChoice;
  /** From a few timed steps; null when a run came before them. */
  speed: Speed | null;
}

export type ToWorker =
  /** Loads model, task and backend before they are needed, and times a few steps; `ready` follows. */
  | { type: 'warm'; recipe: Recipe }
  /** `backend` overrides the worker's own choice. */
  | { type: 'run'; recipe: Recipe; backend?: 'webgpu' | 'wasm' }
  /** Ends the run after the step in progress; `done` follows with `stopped: true`. */
  | { type: 'stop' };

export type FromWorker =
  /** Null when something could not be loaded: the run says what, when it meets it again. */
  | { type: 'ready'; preflight: Preflight | null }
  | { type: 'event'; event: RunEvent }
  | { type: 'done'; result: RunResult }
  /** `message` is a sentence for the student. */
  | { type: 'failed'; message: string };

/** What comes of a run: everything but the end of a warming. */
export type RunMessage = Exclude<FromWorker, { type: 'ready' }>;
