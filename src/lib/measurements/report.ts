/**
 * What `npm run evidence:methods` measures and the product shows: every method on every task. Types only; the
 * figures are in `methods.json` beside this file, written by that command and never by hand.
 */
import type { MethodKind, Recipe } from '../engine/formats/recipe.ts';
import type { MemoryCount } from '../engine/train/events.ts';

export interface TaskRow {
  task: string;
  /** Mean live-test accuracy over the seeds, 0–1. */
  accuracy: number;
  /** Standard deviation over the seeds; null for one. */
  accuracyDeviation: number | null;
  /** Over full fine-tuning's on the same task. */
  relative: number;
  /** Rise of the loss on general English, in nats per token: mean over the seeds. */
  forgetting: number;
  forgettingDeviation: number | null;
  generalBefore: number;
}

export interface MethodRow {
  id: string;
  label: string;
  method: MethodKind;
  /** On the first task, with the first seed. */
  recipe: Recipe;
  /** Parameters trained, the head included, and those kept in the artifact; shares are of the whole model. */
  trainable: number;
  kept: number;
  trainableShare: number;
  keptShare: number;
  /** Counted bytes of a training step, and over full fine-tuning's. */
  bytes: number;
  bytesRelative: number;
  memory: MemoryCount;
  /** Multiplications of a step over full fine-tuning's. */
  multiplicationsRelative: number;
  /** Null where nothing is trained. */
  stepMilliseconds: number | null;
  tasks: TaskRow[];
}

export interface ClaimRow {
  id: string;
  source: string;
  /** The claim in one sentence, with its figure. */
  claim: string;
  /** What was measured here, with its figure. */
  measured: string;
  verdict: 'reproduced' | 'not reproduced' | 'in part';
  because: string;
}

export interface MethodsReport {
  commit: string;
  takenAt: string;
  device: { cpu: string; cores: number; node: string; system: string; memoryGiB: number };
  base: string;
  checkpoint: string;
  steps: number;
  seeds: number[];
  timedOn: string;
  tasks: {
    id: string;
    title: string;
    labels: number;
    /** Accuracy of always giving the most frequent label. */
    majority: number;
    trainingExamples: number;
    liveTestExamples: number;
    sequenceLength: number | null;
  }[];
  rows: MethodRow[];
  claims: ClaimRow[];
}
