/** What scores an artifact. The built server forks a child for it; tests bring their own. */
import type { Recipe } from '../../src/lib/engine/formats/recipe.ts';

export interface EvaluationJob {
  recipe: Recipe;
  /** safetensors */
  artifact: Uint8Array;
}

export type EvaluationOutcome =
  | {
      kind: 'scored';
      /** Share of live-test examples classified correctly, 0–1. */
      accuracy: number;
      /** Mean cross-entropy in nats. */
      loss: number;
      /** Parameters counted from the artifact. */
      trainable: number;
      artifactBytes: number;
      /** Bytes of a training step, counted from the recipe. */
      memory: number;
      /** Size of the live-test split. */
      examples: number;
    }
  /** The artifact itself is at fault; `reason` is a sentence for the student. */
  | { kind: 'rejected'; reason: string };

export interface Evaluator {
  /** Throws when the evaluator failed, which is not the artifact's fault: the job may be tried again. */
  evaluate(job: EvaluationJob): Promise<EvaluationOutcome>;
  /** Ends an evaluation in progress; every later one throws. */
  close(): Promise<void>;
}
