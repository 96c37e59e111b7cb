/**
 * Recorded runs: what training with full fine-tuning and with LoRA of several ranks left, by the engine, shipped so that
 * there is something real to see, and to compare with, before the reader has trained anything. And what each format does
 * to each matrix of a base, until the weights arrive. `npm run record:spectra` makes both.
 */
import * as v from 'valibot';
import { RecipeSchema, type Recipe } from '../../engine/formats/recipe.ts';
import type { QuantisationReport } from '../../engine/inspect/quantisation.ts';

const numbers = v.array(v.number());

const SpectraSchema = v.object({
  runs: v.array(
    v.object({
      recipe: RecipeSchema,
      /** Means of a few steps each, in nats. */
      losses: v.array(v.object({ step: v.number(), loss: v.number() })),
      validations: v.array(v.object({ step: v.number(), loss: v.number(), accuracy: v.number() })),
      /** Of ΔW by the name of its weight, the largest first: those that stand above rounding. */
      spectra: v.record(v.string(), numbers),
    }),
  ),
});
export type RecordedSpectra = v.InferOutput<typeof SpectraSchema>;
export type RecordedRun = RecordedSpectra['runs'][number];

const ReportSchema = v.object({
  format: v.picklist(['int8', 'int4', 'nf4', 'nf4-double']),
  bits: v.number(),
  relative: v.number(),
  largest: v.number(),
  errors: numbers,
  codes: numbers,
  shares: numbers,
});
const QuantisedSchema = v.record(
  v.string(),
  v.object({ span: v.number(), reports: v.array(ReportSchema) }),
);

export interface QuantisedMatrix {
  /** Half the width of the histograms of errors, in the unit of the weights. */
  span: number;
  reports: QuantisationReport[];
}
/** By the name of the weight. */
export type RecordedQuantisation = Record<string, QuantisedMatrix>;

/** Under `static/`. Runs are recorded with one base: one is enough to compare with. */
export const SPECTRA_PATH = '/lora-lab/spectra.json';
export const RECORDED_BASE = 'nano';
export const quantisationPath = (base: string) => `/lora-lab/quantisation-${base}.json`;

/** @throws {v.ValiError} */
export const readSpectra = (json: unknown): RecordedSpectra => v.parse(SpectraSchema, json);

/** @throws {v.ValiError} */
export const readQuantisation = (json: unknown): RecordedQuantisation =>
  v.parse(QuantisedSchema, json);

/** Significant digits that are kept of a drawn value. */
const DIGITS = 4;
export const short = (value: number): number => Number(value.toPrecision(DIGITS));

/** Digits of float32, so that a recorded number is rounded as the computed one is. */
const ALL_DIGITS = 9;
export const shortReport = (report: QuantisationReport): QuantisationReport => ({
  ...report,
  relative: Number(report.relative.toPrecision(ALL_DIGITS)),
  largest: Number(report.largest.toPrecision(ALL_DIGITS)),
});

/** The recorded runs of a recipe's task, or where none is recorded those of the first task. */
export function runsFor(
  { runs }: RecordedSpectra,
  { task, base }: Pick<Recipe, 'task' | 'base'>,
): { runs: RecordedRun[]; task: string } | null {
  if (base.id !== RECORDED_BASE || runs.length === 0) return null;
  const of = runs.some(({ recipe }) => recipe.task === task) ? task : runs[0]!.recipe.task;
  return { runs: runs.filter(({ recipe }) => recipe.task === of), task: of };
}

/** Of runs with LoRA the one whose rank is nearest, in powers of two. */
export function nearestRank(runs: readonly RecordedRun[], rank: number): RecordedRun | null {
  let nearest: RecordedRun | null = null;
  let least = Infinity;
  for (const run of runs) {
    const { method } = run.recipe;
    if (method.kind !== 'lora') continue;
    const apart = Math.abs(Math.log2(method.rank / rank));
    if (apart < least) [nearest, least] = [run, apart];
  }
  return nearest;
}

export const fullRun = (runs: readonly RecordedRun[]): RecordedRun | null =>
  runs.find(({ recipe }) => recipe.method.kind === 'full') ?? null;
