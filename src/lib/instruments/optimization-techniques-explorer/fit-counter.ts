/** Counts what each method takes of a large model, in a worker: a graph of eighty layers takes a second to build. */
import {
  type AdaptationCount,
  type AdaptationMemory,
  type StepShape,
} from '../../measurements/adaptation-memory.ts';
import { FIT_METHODS, type FitMethod } from '../../measurements/fit.ts';
import type { LargeModelId } from '../../measurements/large-models.ts';
import type { MemoryComparison } from '../../measurements/published-memory.ts';

/** The methods on a model, or what was published of one. */
export type CountAsk = { model: LargeModelId; step: StepShape } | 'published';
/** One for each method or published figure, in their order. */
export type CountAnswer =
  | { method: string; count: AdaptationCount }
  | { published: string; comparison: Compared }
  | { failed: string };

/** A comparison without what it is of. */
export type Compared = Pick<MemoryComparison, 'counted' | 'causes' | 'remainder'>;

export interface Counted {
  method: FitMethod;
  /** Null until it is counted. */
  memory: AdaptationMemory | null;
  trainable: number | null;
}

export const uncounted = (): Counted[] =>
  FIT_METHODS.map((method) => ({ method, memory: null, trainable: null }));

/** A number is typed digit by digit. */
const PAUSE_MS = 200;

export class FitCounter {
  #worker: Worker | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #known = new Map<string, Counted[]>();
  readonly #onrows: (rows: Counted[]) => void;
  readonly #onfailure: (message: string) => void;

  constructor(onrows: (rows: Counted[]) => void, onfailure: (message: string) => void) {
    this.#onrows = onrows;
    this.#onfailure = onfailure;
  }

  /** Tells the rows as they are counted; what was counted before is told at once. */
  count(model: LargeModelId, step: StepShape): void {
    clearTimeout(this.#timer);
    const key = JSON.stringify([model, step]);
    const known = this.#known.get(key);
    this.#onrows(known ?? uncounted());
    // A count under way that nobody waits for any more would hold up the next.
    this.#stop();
    if (known) return;
    this.#timer = setTimeout(() => this.#start({ model, step }, key), PAUSE_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#stop();
  }

  #stop(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }

  #start(ask: CountAsk, key: string): void {
    const rows = uncounted();
    this.#worker = startWorker(ask, this.#onfailure, (data) => {
      if (!('method' in data)) return;
      const index = rows.findIndex(({ method }) => method.id === data.method);
      const { memory, trainable } = data.count;
      rows[index] = { method: rows[index]!.method, memory, trainable };
      this.#onrows([...rows]);
      if (rows.some((row) => row.memory === null)) return;
      this.#known.set(key, [...rows]);
      this.#stop();
    });
  }
}

/** Counts what stands beside each published figure, and tells it as it is counted. @returns ends it */
export function countPublished(
  onanswer: (id: string, comparison: Compared) => void,
  onfailure: (message: string) => void,
): () => void {
  const worker = startWorker('published', onfailure, (data) => {
    if ('published' in data) onanswer(data.published, data.comparison);
  });
  return () => worker.terminate();
}

function startWorker(
  ask: CountAsk,
  onfailure: (message: string) => void,
  onanswer: (answer: CountAnswer) => void,
): Worker {
  const worker = new Worker(new URL('./fit.worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<CountAnswer>) =>
    'failed' in data ? onfailure(data.failed) : onanswer(data);
  // A script that could not be fetched reports an error without a message.
  worker.onerror = ({ message }) =>
    onfailure(message || 'The counter could not be loaded. Check the connection.');
  worker.postMessage(ask);
  return worker;
}
