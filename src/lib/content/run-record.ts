/**
 * What an account keeps of a finished run: its recipe and what came of it, not its weights, which stay in the browser
 * that trained them. Browser and server share this file.
 */
import * as v from 'valibot';
import { RecipeSchema } from '../engine/formats/recipe.ts';
import type { KeptRun } from '../lab/run-store.ts';
import type { StudyRecord } from './study-record.ts';

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A diverged run has losses that are no number, and JSON has none: they are null. */
const figure = v.nullable(finite);

export const RunRecordSchema = v.object({
  recipe: RecipeSchema,
  /** Milliseconds since the epoch, by the device that trained it. */
  finishedAt: count,
  /** On the validation examples, of 1. */
  accuracy: figure,
  /** On the validation examples, in nats. */
  loss: figure,
  /** On general English, in nats a token, before and after; null where it was not measured or is no number. */
  general: v.nullable(v.object({ before: finite, after: finite })),
  trainable: count,
  steps: count,
  stopped: v.boolean(),
  /** Of training steps alone. */
  seconds: v.pipe(finite, v.minValue(0)),
  backend: v.picklist(['webgpu', 'wasm', 'node']),
  threads: count,
});
export type RunRecord = v.InferOutput<typeof RunRecordSchema>;

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

export function recordOfRun({ result, finishedAt }: KeptRun): RunRecord {
  const { general, after, choice } = result;
  return {
    recipe: result.recipe,
    finishedAt,
    accuracy: orNull(after.accuracy),
    loss: orNull(after.loss),
    general: general && Number.isFinite(general.before + general.after) ? general : null,
    trainable: result.counts.trainable,
    steps: result.trace.length,
    stopped: result.stopped,
    seconds: result.trainingSeconds,
    backend: choice.backend,
    threads: choice.threads,
  };
}

/** A run of an account, wherever it was trained. */
export interface RecordedRun extends RunRecord {
  id: string;
  /** A session's join code, or `lab`. */
  code: string;
}

/** Those that this version can read, the newest first. */
export function runsAmong(records: readonly StudyRecord[]): RecordedRun[] {
  return records
    .flatMap(({ kind, lesson, section, value }): RecordedRun[] => {
      if (kind !== 'run') return [];
      const read = v.safeParse(RunRecordSchema, value);
      return read.success ? [{ ...read.output, id: section, code: lesson }] : [];
    })
    .sort((a, b) => b.finishedAt - a.finishedAt);
}
