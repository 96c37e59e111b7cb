/** Messages between an instrument and its worker: each question has a number, and one answer that carries it. */

/** What an instrument asks by name; each instrument has an interface of its own. */
export type Questions<Q> = { [K in keyof Q]: { ask: unknown; answer: unknown } };
export type Ask<Q extends Questions<Q>, K extends keyof Q> = Q[K]['ask'];
export type Answer<Q extends Questions<Q>, K extends keyof Q> = Q[K]['answer'];

export type Asked<Q extends Questions<Q>> = {
  [K in keyof Q]: { type: K; id: number; ask: Ask<Q, K> };
}[keyof Q];

export type Reply<Q extends Questions<Q>> =
  /** Of a model's files, in bytes. */
  | { type: 'progress'; loaded: number; total: number }
  | { type: 'answer'; id: number; answer: Answer<Q, keyof Q> }
  /** `message` is a sentence. */
  | { type: 'failed'; id: number; message: string };
