/** Figures that this project measured, looked up for a lesson: the text, and the recipe behind it. */
import { recipeOfRow } from '../../measurements/row-recipe.ts';
import type { MethodRow, MethodsReport, TaskRow } from '../../measurements/report.ts';
import { recipeToQuery } from '../../lab/recipe-url.ts';
import { formatBytes, formatCount, formatFixed, formatShare } from '../../ui/format.ts';
import type { MethodsBlock } from '../lesson.ts';

export interface Measured {
  text: string;
  /** What it is of, for somebody who hears the figure alone. */
  of: string;
  /** Query of `/lab`. */
  query: string;
}

export class MeasuredError extends Error {
  override name = 'MeasuredError';
}

/** With the deviation over the seeds where there are any. */
const spread = (value: number, deviation: number | null, digits: number) =>
  deviation === null
    ? formatFixed(value, digits)
    : `${formatFixed(value, digits)} ± ${formatFixed(deviation, digits)}`;
const percent = (share: number) => `${formatFixed(100 * share, 0)} %`;

const OF_TASK: Record<string, (row: TaskRow) => string> = {
  accuracy: (row) => spread(row.accuracy, row.accuracyDeviation, 3),
  relative: (row) => percent(row.relative),
  forgetting: (row) => spread(row.forgetting, row.forgettingDeviation, 2),
};
const OF_METHOD: Record<string, (row: MethodRow) => string | null> = {
  trainable: (row) => formatCount(row.trainable),
  kept: (row) => formatCount(row.kept),
  share: (row) => formatShare(row.trainableShare),
  bytes: (row) => formatBytes(row.bytes),
  'bytes-relative': (row) => percent(row.bytesRelative),
  work: (row) => percent(row.multiplicationsRelative),
  ms: (row) =>
    row.stepMilliseconds === null ? null : `${formatFixed(row.stepMilliseconds, 0)} ms`,
};
const WORDS: Record<string, string> = {
  accuracy: 'accuracy',
  relative: 'accuracy over that of full fine-tuning',
  forgetting: 'rise of the loss on general English',
  trainable: 'trained parameters',
  kept: 'parameters kept',
  share: 'trained share',
  bytes: 'counted bytes of a step',
  'bytes-relative': 'counted bytes of a step over those of full fine-tuning',
  work: 'multiplications of a step over those of full fine-tuning',
  ms: 'time of a step',
};

/** @throws {MeasuredError} with a sentence, when there is no such figure */
export function findMeasured(
  report: MethodsReport,
  wanted: { config: string; figure: string; task?: string | null },
): Measured {
  const row = report.rows.find(({ id }) => id === wanted.config);
  if (!row)
    throw new MeasuredError(
      `No configuration ${wanted.config} was measured; there are ${listed(report.rows)}.`,
    );
  const { figure } = wanted;
  const words = WORDS[figure];
  if (!words)
    throw new MeasuredError(
      `There is no figure ${figure}; there are ${Object.keys(WORDS).join(', ')}.`,
    );
  const ofTask = Object.hasOwn(OF_TASK, figure) ? OF_TASK[figure] : undefined;
  if (ofTask) {
    const own = row.tasks.find(({ task }) => task === wanted.task);
    if (!own)
      throw new MeasuredError(
        `${figure} is measured by task: task= is one of ${listed(report.tasks)}.`,
      );
    return {
      text: ofTask(own),
      of: `${words}, ${row.label} on ${own.task}`,
      query: queryOf(report, row, own.task),
    };
  }
  if (wanted.task) throw new MeasuredError(`${figure} does not go by task: leave task= out.`);
  const text = OF_METHOD[figure]!(row);
  if (text === null) throw new MeasuredError(`${row.label} trains nothing and has no ${figure}.`);
  return { text, of: `${words}, ${row.label}`, query: recipeToQuery(recipeOfRow(row)) };
}

const listed = (all: readonly { id: string }[]) => all.map(({ id }) => id).join(', ');

/** The limit of a recipe's length. */
const MOST_TOKENS = 256;

/** The row's recipe as it was run on another task: solved examples in a prompt lengthen with the task's texts. */
function queryOf(report: MethodsReport, row: MethodRow, task: string): string {
  const recipe = recipeOfRow(row);
  const lengthOf = (id: string) => report.tasks.find((one) => one.id === id)?.sequenceLength;
  const [from, to] = [lengthOf(recipe.task), lengthOf(task)];
  const sequenceLength =
    from && to ? Math.min(MOST_TOKENS, (recipe.sequenceLength / from) * to) : recipe.sequenceLength;
  return recipeToQuery({ ...recipe, task, sequenceLength });
}

/** The methods that a first table needs; the instrument has them all. */
const CORE = ['full', 'houlsby', 'lora', 'qlora', 'prefix', 'p-tuning-v2', 'ia3', 'three-shot'];

export function methodsTable(report: MethodsReport): MethodsBlock {
  return {
    kind: 'methods',
    base: report.base,
    seeds: report.seeds.length,
    tasks: report.tasks.map(({ id }) => id),
    rows: report.rows
      .filter(({ id }) => CORE.includes(id))
      .map((row) => ({
        label: row.label,
        method: row.method,
        hatched: row.memory.quantised > 0,
        query: recipeToQuery(recipeOfRow(row)),
        trainable: formatCount(row.trainable),
        share: formatShare(row.trainableShare),
        bytes: formatBytes(row.bytes),
        bytesOfFull: percent(row.bytesRelative),
        accuracies: row.tasks.map((own) => spread(own.accuracy, own.accuracyDeviation, 2)),
      })),
  };
}
