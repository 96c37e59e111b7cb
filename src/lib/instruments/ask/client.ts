/** The page's end of an instrument's worker: questions and their answers. */
import type { Answer, Ask, Questions, Reply } from './protocol.ts';

interface Waiting<Q extends Questions<Q>> {
  resolve: (answer: Answer<Q, keyof Q>) => void;
  reject: (error: Error) => void;
}

/** What a worker threw, without what the browser writes in front. */
export const errorOf = (message: string | undefined): string =>
  (message ?? '').replace(/^Uncaught (?:\w*Error: )?/, '');

export class AskClient<Q extends Questions<Q>> {
  #worker: Worker | null = null;
  #asked = 0;
  readonly #waiting = new Map<number, Waiting<Q>>();
  readonly #create: () => Worker;
  readonly #onprogress: (loaded: number, total: number) => void;

  constructor(create: () => Worker, onprogress: (loaded: number, total: number) => void) {
    this.#create = create;
    this.#onprogress = onprogress;
  }

  /** @throws with a sentence when there is no answer */
  ask<K extends keyof Q>(type: K, ask: Ask<Q, K>): Promise<Answer<Q, K>> {
    return new Promise((resolve, reject) => {
      const id = ++this.#asked;
      this.#waiting.set(id, { resolve: resolve, reject });
      try {
        this.#worker ??= this.#start();
        this.#worker.postMessage({ type, id, ask });
      } catch (error) {
        this.#fail(error instanceof Error ? error.message : String(error));
      }
    });
  }

  /** Nothing is answered any more. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#waiting.clear();
  }

  #start(): Worker {
    const worker = this.#create();
    worker.onmessage = ({ data }: MessageEvent<Reply<Q>>) => {
      if (data.type === 'progress') return this.#onprogress(data.loaded, data.total);
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.type === 'answer') waiting?.resolve(data.answer);
      else waiting?.reject(new Error(data.message));
    };
    // A script that could not be fetched reports an error without a message.
    worker.onerror = ({ message }) =>
      this.#fail(errorOf(message) || 'The engine could not be loaded. Check the connection.');
    return worker;
  }

  /** The worker is gone; the next question starts another. */
  #fail(message: string): void {
    const waiting = [...this.#waiting.values()];
    this.close();
    for (const { reject } of waiting) reject(new Error(message));
  }
}
