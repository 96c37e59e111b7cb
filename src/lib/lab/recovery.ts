/** What follows when the engine is lost in mid-run: a crashed worker, a GPU that went away, memory that ran out. */
import type { Backend } from '../engine/train/events.ts';

type BrowserBackend = Exclude<Backend, 'node'>;

/** One loss, as the run remembers it. */
export interface Loss {
  backend: BrowserBackend;
  /** Steps done on screen when it happened. */
  step: number;
  /** Where the run goes on; null when it was given up. */
  next: BrowserBackend | null;
}

/**
 * Each backend is tried twice, and WASM after WebGPU: it needs no driver.
 * @param before losses of this run so far
 * @returns the backend to go on with; null when none is left
 */
export function nextBackend(
  before: readonly Pick<Loss, 'backend'>[],
  lost: BrowserBackend,
): BrowserBackend | null {
  const again = !before.some(({ backend }) => backend === lost);
  if (again) return lost;
  return lost === 'webgpu' ? 'wasm' : null;
}
