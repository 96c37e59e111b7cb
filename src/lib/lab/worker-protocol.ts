/** Messages between the lab and the engine worker. One worker runs one recipe at a time. */
import type { CustomTask } from '../engine/data/custom-task.ts';
import type { Recipe } from '../engine/formats/recipe.ts';
import type { Checkpoint } from '../engine/train/checkpoint.ts';
import type { BackendChoice, RunEvent, RunResult } from '../engine/train/events.ts';
import type { Speed } from './speeds.ts';

/** What a device said of itself before its first run. */
export interface Preflight {
  choice: BackendChoice;
  /** From a few timed steps; null when a run came before them. */
  speed: Speed | null;
}

export interface RunOrder {
  /** Checkpoints are stored under it. */
  id: string;
  recipe: Recipe;
  /** What the recipe's task is, where it is the person's own: no server has it. */
  data?: CustomTask;
  /** Overrides the worker's own choice. */
  backend?: 'webgpu' | 'wasm';
  /** Goes on from here instead of the first step. */
  checkpoint?: Checkpoint;
}

export type ToWorker =
  /** Loads model, task and backend before they are needed, and times a few steps; `ready` follows with its number. */
  | { type: 'warm'; warming: number; recipe: Recipe; data?: CustomTask }
  /** Names the lock that the worker holds for as long as it lives; `alive` follows where there are locks. */
  | { type: 'lifeline'; lock: string }
  | ({ type: 'run' } & RunOrder)
  /** Ends the run after the step in progress; `done` follows with `stopped: true`. */
  | { type: 'stop' };

export type FromWorker =
  /** Null when something could not be loaded: the run says what, when it meets it again. */
  | { type: 'ready'; warming: number; preflight: Preflight | null }
  /** The worker holds its lock. */
  | { type: 'alive' }
  | { type: 'event'; event: RunEvent }
  /** A checkpoint that could not be stored on disk, for the page to hold. */
  | { type: 'checkpoint'; checkpoint: Checkpoint }
  | { type: 'done'; result: RunResult }
  /** `message` is a sentence for the student; `again` says that another try may succeed as it is. */
  | { type: 'failed'; message: string; again: boolean }
  /** The engine broke down, not the recipe: the run can go on in another worker. */
  | { type: 'lost'; message: string };

/** What comes of a run: everything but the end of a warming and a sign of life. */
export type RunMessage = Exclude<FromWorker, { type: 'ready' | 'alive' }>;
