/**
 * Methods as points, from each source. A point belongs to one group: one model on one task by one source. What is of
 * different groups is never compared, joined or averaged.
 */
import { recipeName } from '../../engine/formats/recipe-name.ts';
import type { MethodKind, Recipe } from '../../engine/formats/recipe.ts';
import { totalBytes } from '../../engine/train/count.ts';
import { nameByDifference } from '../../lab/recipe-name.ts';
import type { KeptRun } from '../../lab/run-store.ts';
import type { Citation, PublishedSet } from '../../measurements/published.ts';
import type { MethodsReport } from '../../measurements/report.ts';
import { recipeOfRow } from '../../measurements/row-recipe.ts';
import type { Axis, Values } from './axes.ts';

export const SOURCES = ['published', 'shipped', 'own', 'class'] as const;
export type Source = (typeof SOURCES)[number];

export const SOURCE_NAMES: Readonly<Record<Source, string>> = {
  published: 'Published',
  shipped: 'This deployment',
  own: 'Your runs',
  class: 'Your class',
};

export interface PlotPoint {
  id: string;
  source: Source;
  /** Within it points may be compared. */
  group: string;
  label: string;
  /** Whose mark it has; null where the lab has no such method. */
  method: MethodKind | null;
  hatched: boolean;
  values: Values;
  /** Standard deviation over seeds, by figure; where there is none it has no key. */
  deviations: Partial<Record<Axis, number>>;
  /** What the accuracy is of. */
  measure: string;
  /** How bytes and time came about, as a sentence; null where the source has neither. */
  cost: string | null;
  /** Opens in the lab. */
  recipe: Recipe | null;
  citation: Citation | null;
}

export function publishedPoints(set: PublishedSet): PlotPoint[] {
  const full = set.points.find(({ method }) => method === 'full')?.score ?? null;
  return set.points.map((point) => ({
    id: `published:${set.id}:${point.id}`,
    source: 'published',
    group: `published, ${set.title}`,
    label: point.label,
    method: point.method,
    hatched: false,
    values: {
      accuracy: point.score,
      relative: full === null ? null : point.score / full,
      trainable: point.trainableShare,
      parameters: point.trainable,
      bytes: point.bytes,
      time: point.stepSeconds,
    },
    deviations: {},
    measure: set.measure,
    cost: set.cost,
    recipe: null,
    citation: set.citation,
  }));
}

/** @returns none where this deployment has not measured the task */
export function shippedPoints(report: MethodsReport, task: string): PlotPoint[] {
  const seeds = report.seeds.length;
  return report.rows.flatMap((row) => {
    const own = row.tasks.find((one) => one.task === task);
    if (!own) return [];
    const { accuracy, accuracyDeviation } = own;
    return {
      id: `shipped:${row.id}`,
      source: 'shipped',
      group: `this deployment, ${report.base} on ${task}`,
      label: row.label,
      method: row.method,
      hatched: row.memory.quantised > 0,
      values: {
        accuracy,
        relative: own.relative,
        trainable: row.trainable > 0 ? row.trainableShare : null,
        parameters: row.trainable > 0 ? row.trainable : null,
        bytes: row.bytes,
        time: row.stepMilliseconds === null ? null : row.stepMilliseconds / 1000,
      },
      deviations:
        accuracyDeviation === null
          ? {}
          : {
              accuracy: accuracyDeviation,
              relative: (accuracyDeviation * own.relative) / accuracy,
            },
      measure: `accuracy on private test texts of ${task}, mean of ${seeds} seeds`,
      cost: `Bytes are counted from the step, its time was taken in ${report.timedOn}.`,
      recipe: { ...recipeOfRow(row), task },
      citation: null,
    } satisfies PlotPoint;
  });
}

/** The reader's own runs on a task, one group a base model and what it starts from. */
export function ownPoints(runs: readonly KeptRun[], task: string): PlotPoint[] {
  const here = runs.filter(({ result }) => result.recipe.task === task);
  const names = nameByDifference(here.map(({ result }) => result.recipe));
  return here.map(({ id, result }, index) => {
    const { recipe, counts, after, trace, trainingSeconds, choice } = result;
    const full = bestFull(here, recipe);
    const trains = counts.trainable > 0;
    const updates = trace.length;
    return {
      id: `own:${id}`,
      source: 'own',
      group: `your runs, ${startOf(recipe)} on ${task}`,
      label: names[index] || recipeName(recipe),
      method: recipe.method.kind,
      hatched: counts.memory.quantised > 0,
      values: {
        accuracy: after.accuracy,
        relative: full === null ? null : after.accuracy / full,
        trainable: trains ? counts.trainable / counts.total : null,
        parameters: trains ? counts.trainable : null,
        bytes: totalBytes(counts.memory),
        time: updates > 0 ? trainingSeconds / updates : null,
      },
      deviations: {},
      measure: `accuracy on the validation texts of ${task}, one run on this device`,
      cost: `Bytes are counted from the step, its time was taken on this device: ${choice.reason}`,
      recipe,
      citation: null,
    } satisfies PlotPoint;
  });
}

/** A base that was pretrained and one of random weights have nothing to be compared by. */
const startOf = ({ base: { id, weights } }: Recipe) =>
  weights === 'random' ? `${id} from random weights` : id;

/** Accuracy of the best of full fine-tuning from the same start; null where there was none. */
function bestFull(runs: readonly KeptRun[], own: Recipe): number | null {
  const scores = runs.flatMap(({ result: { recipe, after } }) =>
    recipe.method.kind === 'full' && startOf(recipe) === startOf(own) ? [after.accuracy] : [],
  );
  const best = Math.max(0, ...scores);
  return best > 0 ? best : null;
}

/** Most of a figure that a point may have; null for no limit. */
export type Limits = Readonly<Record<'bytes' | 'trainable' | 'time', number | null>>;

/** Whether it is known to keep within every limit. What trains nothing has a share of nothing and no steps. */
export function within({ values, method }: PlotPoint, limits: Limits): boolean {
  return (Object.keys(limits) as (keyof Limits)[]).every((figure) => {
    const [most, value] = [limits[figure], values[figure]];
    if (most === null) return true;
    if (value === null) return method === 'prompting' && figure !== 'bytes';
    return value <= most;
  });
}
