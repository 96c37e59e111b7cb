/** The lab's end of the engine worker: makes it on first use, keeps it, and replaces it after a crash. */
import type { CustomTask } from '../engine/data/custom-task.ts';
import type { Recipe } from '../engine/formats/recipe.ts';
import { makeUuid } from './uuid.ts';
import type { FromWorker, Preflight, RunMessage, RunOrder, ToWorker } from './worker-protocol.ts';

/** The part of `Worker` that is used, so that tests can put their own in its place. */
export interface EngineWorker {
  postMessage(message: ToWorker, transfer: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

const createWorker = (): EngineWorker =>
  new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' });

export class WorkerClient {
  #worker: EngineWorker | null = null;
  /** Where the messages of a run go. */
  #receive: ((message: RunMessage) => void) | null = null;
  /** Ends the wait for the last warming. */
  #warmed: ((preflight: Preflight | null) => void) | null = null;
  /** Number of the last warming: the worker answers earlier ones as well, and later. */
  #warming = 0;
  #lifeline: AbortController | null = null;
  readonly #create: () => EngineWorker;

  constructor(create: () => EngineWorker = createWorker) {
    this.#create = create;
  }

  /**
   * Has the worker load what a run of `recipe` needs and time a few steps. Resolves to null when it did not
   * get there, or another warming came after it; a run may start before it has ended.
   */
  warm(recipe: Recipe, data?: CustomTask): Promise<Preflight | null> {
    this.#settleWarming(null);
    return new Promise((resolve) => {
      this.#warmed = resolve;
      this.#post({ type: 'warm', warming: ++this.#warming, recipe, data });
    });
  }

  /**
   * Runs a recipe, one at a time; `receive` gets every message up to `done`, `failed` or `lost`. After `lost`
   * this worker is gone, and the next run makes another. A checkpoint's vectors are moved, not copied.
   */
  run(order: RunOrder, receive: (message: RunMessage) => void): void {
    this.#receive = receive;
    const { checkpoint } = order;
    const moved = checkpoint
      ? [checkpoint.parameters, ...Object.values(checkpoint.optimiser)].map(({ buffer }) => buffer)
      : [];
    this.#post({ type: 'run', ...order }, moved);
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    try {
      (this.#worker ??= this.#start()).postMessage(message, transfer);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `This browser could not start the engine: ${reason}.`;
      this.#end({ type: 'failed', message, again: true });
    }
  }

  #start(): EngineWorker {
    const worker = this.#create();
    const lock = `rankroom:worker:${makeUuid()}`;
    let alive = false;
    worker.onmessage = ({ data }) => {
      alive = true;
      if (data.type === 'ready') {
        if (data.warming === this.#warming) this.#settleWarming(data.preflight);
      } else if (data.type === 'alive') this.#watch(lock);
      else if (data.type === 'lost') this.#end(data);
      else this.#receive?.(data);
    };
    // A worker whose script could not be fetched reports an error without a message, and has never spoken.
    worker.onerror = (event) =>
      this.#end(
        alive || event.message
          ? { type: 'lost', message: event.message || 'The engine stopped.' }
          : {
              type: 'failed',
              message: 'The engine could not be loaded. Check the connection and run again.',
              again: true,
            },
      );
    worker.postMessage({ type: 'lifeline', lock }, []);
    return worker;
  }

  /** A worker that the browser kills says nothing; its lock is then free. */
  #watch(lock: string): void {
    this.#lifeline?.abort();
    const { signal } = (this.#lifeline = new AbortController());
    navigator.locks
      .request(lock, { signal }, () => {
        if (!signal.aborted) this.#end({ type: 'lost', message: 'The browser ended the engine.' });
      })
      .catch(() => undefined);
  }

  #end(message: RunMessage): void {
    const receive = this.#receive;
    this.terminate();
    receive?.(message);
  }

  #settleWarming(preflight: Preflight | null): void {
    this.#warmed?.(preflight);
    this.#warmed = null;
  }

  /** Asks for the end after the step in progress; `done` follows. */
  stop(): void {
    this.#worker?.postMessage({ type: 'stop' }, []);
  }

  /** Ends the worker at once; nothing more is received. */
  terminate(): void {
    const worker = this.#worker;
    this.#worker = null;
    this.#receive = null;
    this.#lifeline?.abort();
    this.#lifeline = null;
    this.#settleWarming(null);
    if (!worker) return;
    worker.onmessage = null;
    worker.onerror = null;
    worker.terminate();
  }
}
