/** Between the server and its verifier child. The secret goes by message: arguments and environment can be read by others. */
import type { EvaluationJob, EvaluationOutcome } from './evaluator.ts';

export type ToChild =
  /** `maxRss` is in bytes. */
  | { type: 'start'; secret: Uint8Array; threads: number; maxRss: number }
  | ({ type: 'evaluate' } & EvaluationJob);

export type FromChild =
  | { type: 'outcome'; outcome: EvaluationOutcome }
  /** Ours, not the artifact's. */
  | { type: 'failed'; message: string };
