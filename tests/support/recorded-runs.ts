/** Real runs of `nano`, recorded by scripts/fixtures/traces.ts. */
import { readFileSync } from 'node:fs';
import type { Recipe } from '../../src/lib/engine/formats/recipe.ts';
import type { Validation } from '../../src/lib/engine/train/events.ts';

export interface RecordedRun {
  name: string;
  recipe: Recipe;
  /** Size of the task's label set. */
  labels: number;
  trainable: number;
  /** Counted, of a training step. */
  memoryBytes: number;
  /** Training loss by step, from the first, in nats. */
  losses: number[];
  validations: Validation[];
  /** The run ended early: its loss was no number any more. */
  diverged: boolean;
}

export function recordedRuns(): RecordedRun[] {
  const file = new URL('../fixtures/traces/runs.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as RecordedRun[];
}
