/** A sweep: the class as a cluster. A host lays out a grid of recipes; the server deals its cells to devices. Pure. */
import * as v from 'valibot';
import { METHOD_NAMES, QUANTISATION_NAMES } from '../engine/formats/recipe-name.ts';
import {
  BaseIdSchema,
  defaultRecipe,
  MAX_RANK,
  MAX_STEPS,
  METHOD_KINDS,
  QUANTISATIONS,
  recipeKey,
  RecipeSchema,
  TaskIdSchema,
  type Recipe,
} from '../engine/formats/recipe.ts';
import { shippedTask } from '../engine/data/shipped-tasks.ts';
import { withBase, withMethod, withRank, withTask } from '../lab/recipe-edit.ts';
import { formatRate } from '../ui/format.ts';
import type { Challenge } from './challenge.ts';
import { numberIn, wholeNumber } from './fields.ts';

export const MAX_AXIS_VALUES = 6;

const several = <S extends v.GenericSchema<number | string>>(value: S) =>
  v.pipe(
    v.array(value),
    v.minLength(2, 'An axis needs at least two values.'),
    v.maxLength(MAX_AXIS_VALUES, `An axis has at most ${MAX_AXIS_VALUES} values.`),
    v.check((values) => new Set(values).size === values.length, 'An axis has each value once.'),
  );

export const AxisSchema = v.variant('knob', [
  v.strictObject({ knob: v.literal('method'), values: several(v.picklist(METHOD_KINDS)) }),
  v.strictObject({ knob: v.literal('rank'), values: several(wholeNumber(1, MAX_RANK)) }),
  v.strictObject({ knob: v.literal('quantisation'), values: several(v.picklist(QUANTISATIONS)) }),
  v.strictObject({
    knob: v.literal('learningRate'),
    values: several(numberIn(1e-7, 10)),
  }),
  v.strictObject({ knob: v.literal('steps'), values: several(wholeNumber(1, MAX_STEPS)) }),
]);
export type Axis = v.InferOutput<typeof AxisSchema>;

export const SweepSchema = v.pipe(
  v.strictObject({
    task: TaskIdSchema,
    base: BaseIdSchema,
    method: v.picklist(METHOD_KINDS),
    steps: wholeNumber(1, MAX_STEPS),
    /** Columns, then rows where there are two. */
    axes: v.pipe(
      v.array(AxisSchema),
      v.minLength(1, 'A sweep varies at least one knob.'),
      v.maxLength(2, 'A sweep varies at most two knobs.'),
      v.check(
        (axes) => new Set(axes.map(({ knob }) => knob)).size === axes.length,
        'The two axes vary different knobs.',
      ),
    ),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const problem = sweepProblem(dataset.value);
    if (problem) addIssue({ message: problem });
  }),
);
export interface Sweep {
  task: string;
  base: string;
  method: (typeof METHOD_KINDS)[number];
  steps: number;
  axes: Axis[];
}

export interface Cell {
  /** Place along each axis. */
  at: readonly number[];
  recipe: Recipe;
}

/** Why a grid cannot be run, as a sentence; null when each of its cells can. */
function sweepProblem(sweep: Sweep): string | null {
  const kinds = new Set(cellsOf(sweep).map(({ recipe }) => recipe.method.kind));
  if (sweep.axes.some(({ knob }) => knob === 'rank') && !(kinds.size === 1 && kinds.has('lora')))
    return 'Only LoRA has a rank: sweep ranks with LoRA alone.';
  const unfit = cellsOf(sweep).find(({ recipe }) => !v.is(RecipeSchema, recipe));
  return unfit
    ? 'A cell has no valid recipe: full fine-tuning trains the base weights, so it needs fp32.'
    : null;
}

/** Every cell of the grid, the first axis fastest. */
export function cellsOf(sweep: Sweep): Cell[] {
  const [columns, rows] = sweep.axes;
  const first = withBase(
    withTask(
      { ...defaultRecipe(), steps: sweep.steps },
      shippedTask(sweep.task) ?? { id: sweep.task },
    ),
    sweep.base,
  );
  const start = withMethod(first, sweep.method);
  const places = rows
    ? rows.values.flatMap((_, row) => (columns?.values ?? []).map((_, column) => [column, row]))
    : (columns?.values ?? []).map((_, column) => [column]);
  return places.map((at) => ({ at, recipe: recipeAt(start, sweep.axes, at) }));
}

/** A method brings defaults of its own, so it is set before what the other axis says. */
function recipeAt(start: Recipe, axes: readonly Axis[], at: readonly number[]): Recipe {
  return axes
    .map((axis, index) => ({ axis, value: at[index] ?? 0 }))
    .sort((a, b) => Number(b.axis.knob === 'method') - Number(a.axis.knob === 'method'))
    .reduce((recipe, { axis, value }) => withValue(recipe, axis, value), start);
}

function withValue(recipe: Recipe, axis: Axis, index: number): Recipe {
  switch (axis.knob) {
    case 'method':
      return withMethod(recipe, axis.values[index] ?? recipe.method.kind);
    case 'rank':
      return withRank(recipe, axis.values[index] ?? 1);
    case 'quantisation':
      return { ...recipe, quantisation: axis.values[index] ?? recipe.quantisation };
    case 'learningRate': {
      const learningRate = axis.values[index] ?? recipe.optimiser.learningRate;
      return { ...recipe, optimiser: { ...recipe.optimiser, learningRate } };
    }
    case 'steps':
      return { ...recipe, steps: axis.values[index] ?? recipe.steps };
  }
}

export const AXIS_NAMES: Record<Axis['knob'], string> = {
  method: 'method',
  rank: 'rank',
  quantisation: 'quantisation',
  learningRate: 'learning rate',
  steps: 'steps',
};

/** A value along an axis as people read it. */
export function axisLabel(axis: Axis, index: number): string {
  switch (axis.knob) {
    case 'method':
      return METHOD_NAMES[axis.values[index] ?? 'lora'];
    case 'quantisation':
      return QUANTISATION_NAMES[axis.values[index] ?? 'fp32'];
    case 'learningRate':
      return formatRate(axis.values[index] ?? 0);
    case 'rank':
    case 'steps':
      return String(axis.values[index] ?? '');
  }
}

/** What a sweep lets a recipe be, so that a submission is checked as any other; which cell it is comes on top. */
export function challengeOf(sweep: Sweep): Challenge {
  const recipes = cellsOf(sweep).map(({ recipe }) => recipe);
  return {
    task: sweep.task,
    base: sweep.base,
    maxSteps: Math.max(...recipes.map(({ steps }) => steps)),
    maxRank: Math.max(
      1,
      ...recipes.map(({ method }) => (method.kind === 'lora' ? method.rank : 1)),
    ),
    methods: [...new Set(recipes.map(({ method }) => method.kind))],
    quantisations: [...new Set(recipes.map(({ quantisation }) => quantisation))],
    submissionsPerParticipant: 100,
  };
}

/** The cell that a recipe is of; null when it is none's. */
export function cellOf(sweep: Sweep, recipe: Recipe): number | null {
  const key = recipeKey(recipe);
  const found = cellsOf(sweep).findIndex((cell) => recipeKey(cell.recipe) === key);
  return found === -1 ? null : found;
}
