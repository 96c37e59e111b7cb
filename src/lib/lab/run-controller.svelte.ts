/**
 * One lab's runs: the run on screen and those finished on this visit. Views read it; the worker client
 * feeds it through {@link reduceRun}.
 */
import type { Recipe } from '../engine/formats/recipe.ts';
import type { RunResult } from '../engine/train/events.ts';
import { IDLE, isActive, reduceRun, type RunAction, type RunState } from './run-state.ts';
import { makeUuid } from './uuid.ts';
import { WorkerClient } from './worker-client.ts';
import type { Preflight } from './worker-protocol.ts';

export interface FinishedRun {
  id: string;
  result: RunResult;
  /** Milliseconds since the epoch, by this device's clock. */
  finishedAt: number;
}

export interface RunControllerOptions {
  worker?: WorkerClient;
  /** Runs kept from before a reload. */
  finished?: FinishedRun[];
  /** Called whenever what is on screen changes. */
  onchange?: (run: RunState) => void;
  onfinished?: (run: FinishedRun) => void;
}

/** Steps can come faster than a screen can use them: views see the state at most this often. */
const PUBLISH_EVERY_MS = 120;

export class RunController {
  run = $state.raw<RunState>(IDLE);
  finished = $state.raw<FinishedRun[]>([]);
  readonly active = $derived(isActive(this.run));
  /** What this device said of itself before its first run. */
  preflight = $state.raw<Preflight | null>(null);

  /** The true state, ahead of `run` by one publication at most. */
  #latest: RunState = IDLE;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #warm = false;
  readonly #worker: WorkerClient;
  readonly #options: RunControllerOptions;

  constructor(options: RunControllerOptions = {}) {
    this.#options = options;
    this.#worker = options.worker ?? new WorkerClient();
    this.finished = options.finished ?? [];
  }

  /**
   * Loads model, task and backend ahead of the first run and times a few steps, once. Best effort: the run
   * reports what fails again.
   */
  async warm(recipe: Recipe): Promise<void> {
    if (this.#warm || isActive(this.#latest)) return;
    this.#warm = true;
    this.preflight = await this.#worker.warm($state.snapshot(recipe));
    this.#warm = this.preflight !== null;
  }

  start(recipe: Recipe): void {
    if (isActive(this.#latest)) return;
    // A proxy cannot be cloned to the worker, and later edits must not reach a run in progress.
    const own: Recipe = $state.snapshot(recipe);
    this.#apply({ type: 'start', id: makeUuid(), recipe: own });
    this.#worker.run(own, (message) => this.#apply(message));
  }

  /** While training, the artifact of the last step is kept; before the first step there is nothing to keep. */
  stop(): void {
    if (this.#latest.state === 'training') {
      this.#worker.stop();
      this.#apply({ type: 'stop' });
    } else if (this.#latest.state === 'preparing') {
      this.#worker.terminate();
      this.#apply({ type: 'discard' });
    }
  }

  /** Adds runs kept from an earlier visit; those already listed stay as they are. */
  restore(runs: readonly FinishedRun[]): void {
    const known = new Set(this.finished.map(({ id }) => id));
    this.finished = [...runs.filter(({ id }) => !known.has(id)), ...this.finished];
  }

  destroy(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#worker.terminate();
  }

  #apply(action: RunAction): void {
    const before = this.#latest;
    this.#latest = reduceRun(before, action);
    if (this.#latest === before) return;
    if (this.#latest.state === before.state && this.#latest.state === 'training')
      this.#publishSoon();
    else this.#publish();
    if (this.#latest.state === 'finished') this.#keep(this.#latest.live.id, this.#latest.result);
  }

  #keep(id: string, result: RunResult): void {
    const run: FinishedRun = { id, result, finishedAt: Date.now() };
    this.finished = [...this.finished, run];
    this.#options.onfinished?.(run);
  }

  #publishSoon(): void {
    this.#timer ??= setTimeout(() => this.#publish(), PUBLISH_EVERY_MS);
  }

  #publish(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.run = this.#latest;
    this.#options.onchange?.(this.run);
  }
}
