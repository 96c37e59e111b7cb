/** The axes of a sweep as the editor offers them. Pure. */
import { METHOD_KINDS, QUANTISATIONS } from '../../engine/formats/recipe.ts';
import { AXIS_NAMES, type Axis } from '../sweep.ts';

export type Knob = Axis['knob'];
export const KNOBS = Object.keys(AXIS_NAMES) as Knob[];

/** An axis of a knob with values to begin from. */
export function newAxis(knob: Knob): Axis {
  switch (knob) {
    case 'method':
      return { knob, values: ['lora', 'adapter', 'head'] };
    case 'rank':
      return { knob, values: [1, 4, 16] };
    case 'quantisation':
      return { knob, values: ['fp32', 'int8', 'nf4'] };
    case 'learningRate':
      return { knob, values: [3e-4, 3e-3, 3e-2] };
    case 'steps':
      return { knob, values: [50, 150, 300] };
  }
}

type Choice = Extract<Axis, { knob: 'method' | 'quantisation' }>;

export const isChoice = (axis: Axis): axis is Choice =>
  axis.knob === 'method' || axis.knob === 'quantisation';

/** The axis with a value more or less, in the standing order. */
export function toggledValue(axis: Choice, value: string): Choice {
  const pick = <T extends string>(all: readonly T[], chosen: readonly T[]) =>
    all.filter((each) => (each === value) !== chosen.includes(each));
  return axis.knob === 'method'
    ? { ...axis, values: pick(METHOD_KINDS, axis.values) }
    : { ...axis, values: pick(QUANTISATIONS, axis.values) };
}
