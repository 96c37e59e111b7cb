/** The lab's end of the engine worker: makes it on first use, keeps it, and replaces it after a crash. */
import type { Recipe } from '../engine/formats/recipe.ts';
import type { FromWorker, RunMessage, ToWorker } from './worker-protocol.ts';

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
  readonly #create: () => EngineWorker;

  constructor(create: () => EngineWorker = createWorker) {
    this.#create = create;
  }

  /** Has the worker load what a run of `recipe` needs; resolves when it is ready, or did not get there. */
  warm(recipe: Recipe): Promise<void> {
    return new Promise((resolve) => {
      this.#post({ type: 'warm', recipe }, ({ type }) => {
        if (type === 'ready' || type === 'failed') resolve();
      });
    });
  }

  /** Runs `recipe`; `receive` gets every message up to `done` or `failed`. One run at a time. */
  run(recipe: Recipe, receive: (message: RunMessage) => void): void {
    // `ready` may still come from a warming that this run overtook.
    this.#post({ type: 'run', recipe }, (message) => {
      if (message.type !== 'ready') receive(message);
    });
  }

  #post(message: ToWorker, receive: (message: FromWorker) => void): void {
    try {
      const worker = (this.#worker ??= this.#create());
      worker.onmessage = ({ data }) => receive(data);
      worker.onerror = (event) => {
        // A worker whose script could not be fetched reports an error without a message.
        this.terminate();
        receive({
          type: 'failed',
          message: event.message
            ? `The engine stopped: ${event.message}.`
            : 'The engine could not be loaded. Check the connection and run again.',
        });
      };
      worker.postMessage(message);
    } catch (error) {
      this.terminate();
      const reason = error instanceof Error ? error.message : String(error);
      receive({ type: 'failed', message: `This browser could not start the engine: ${reason}.` });
    }
  }

  /** Asks for the end after the step in progress; `done` follows. */
  stop(): void {
    this.#worker?.postMessage({ type: 'stop' });
  }

  /** Ends the worker at once; nothing more is received. */
  terminate(): void {
    const worker = this.#worker;
    this.#worker = null;
    if (!worker) return;
    worker.onmessage = null;
    worker.onerror = null;
    worker.terminate();
  }
}
