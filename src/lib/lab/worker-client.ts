/** The lab's end of the engine worker: makes it on first use, keeps it, and replaces it after a crash. */
import type { Recipe } from '../engine/formats/recipe.ts';
import type { FromWorker, Preflight, RunMessage, ToWorker } from './worker-protocol.ts';

/** The part of `Worker` that is used, so that tests can put their own in its place. */
export interface EngineWorker {
  postMessage(message: ToWorker): void;
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
  /** Ends the wait for a warming. */
  #warmed: ((preflight: Preflight | null) => void) | null = null;
  readonly #create: () => EngineWorker;

  constructor(create: () => EngineWorker = createWorker) {
    this.#create = create;
  }

  /**
   * Has the worker load what a run of `recipe` needs and time a few steps. Resolves to null when it did not
   * get there; a run may start before it has ended.
   */
  warm(recipe: Recipe): Promise<Preflight | null> {
    this.#settleWarming(null);
    return new Promise((resolve) => {
      this.#warmed = resolve;
      this.#post({ type: 'warm', recipe });
    });
  }

  /** Runs `recipe`; `receive` gets every message up to `done` or `failed`. One run at a time. */
  run(recipe: Recipe, receive: (message: RunMessage) => void): void {
    this.#receive = receive;
    this.#post({ type: 'run', recipe });
  }

  #post(message: ToWorker): void {
    try {
      const worker = (this.#worker ??= this.#create());
      worker.onmessage = ({ data }) => {
        if (data.type === 'ready') this.#settleWarming(data.preflight);
        else this.#receive?.(data);
      };
      // A worker whose script could not be fetched reports an error without a message.
      worker.onerror = (event) =>
        this.#fail(
          event.message
            ? `The engine stopped: ${event.message}.`
            : 'The engine could not be loaded. Check the connection and run again.',
        );
      worker.postMessage(message);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#fail(`This browser could not start the engine: ${reason}.`);
    }
  }

  #fail(message: string): void {
    const receive = this.#receive;
    this.terminate();
    receive?.({ type: 'failed', message });
  }

  #settleWarming(preflight: Preflight | null): void {
    this.#warmed?.(preflight);
    this.#warmed = null;
  }

  /** Asks for the end after the step in progress; `done` follows. */
  stop(): void {
    this.#worker?.postMessage({ type: 'stop' });
  }

  /** Ends the worker at once; nothing more is received. */
  terminate(): void {
    const worker = this.#worker;
    this.#worker = null;
    this.#receive = null;
    this.#settleWarming(null);
    if (!worker) return;
    worker.onmessage = null;
    worker.onerror = null;
    worker.terminate();
  }
}
