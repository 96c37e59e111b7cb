/** Messages between the instrument and the worker that computes paths with the model. */
import type { BackendChoice } from '../../engine/train/events.ts';
import type { Path } from './descent.ts';
import type { Settings } from './state.ts';
import type { Axis } from './surface.ts';

/** The only question: the shown paths, one after another. A worker that is no longer listened to is terminated. */
export interface ToModel {
  settings: Settings;
  /** What was recorded: a path that leaves it ends. */
  a: Axis;
  b: Axis;
  /** SHA-256 of the directions that the surface is of, hex. */
  directions: string;
}

export type FromModel =
  /** Of the files, in bytes. */
  | { type: 'loading'; loaded: number; total: number }
  /** A path as far as it is; `left` is null until it ends. */
  | { type: 'path'; path: Path }
  | { type: 'done'; choice: BackendChoice }
  /** `message` is a sentence. */
  | { type: 'failed'; message: string };
