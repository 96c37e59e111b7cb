import { describe, expect, it } from 'vitest';
import {
  ACTIVITY_KINDS,
  MAX_ACTIVITIES,
  newActivity,
  type ActivityOf,
  type Plan,
} from '../plan.ts';
import { newAxis, toggledValue } from './axis-edit.ts';
import {
  activityFaults,
  duplicated,
  faultAtOf,
  faultBelow,
  faultsOf,
  inserted,
  moved,
  readNumbers,
  removed,
  withoutOption,
  writeNumbers,
} from './plan-edit.ts';

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const whole: Plan = ACTIVITY_KINDS.map((kind, n) => newActivity(kind, uuid(n)));
const kinds = (plan: Plan) => plan.map(({ kind }) => kind);
const poll = newActivity('poll', uuid(1)) as ActivityOf<'poll'>;
const sweep = newActivity('sweep', uuid(2)) as ActivityOf<'sweep'>;
const prediction = newActivity('prediction', uuid(3)) as ActivityOf<'prediction'>;

describe('faults of a plan (S-23)', () => {
  it('are none in a new activity of any kind', () => {
    expect([...faultsOf(whole)]).toEqual([]);
  });

  it('stand at their field, each as a sentence for whoever filled it in', () => {
    const plan: Plan = [
      { ...prediction, title: ' ', min: NaN },
      { ...prediction, id: uuid(4), min: 2, max: 1 },
      { ...poll, options: ['one', ''], correct: 3 },
      { ...sweep, sweep: { ...sweep.sweep, steps: 0 } },
    ];
    const faults = faultsOf(plan);
    expect(Object.fromEntries(faults)).toEqual({
      '0.title': 'Give the activity a title.',
      '0.min': 'Enter a number.',
      '1.max': 'The largest answer is above the smallest.',
      '2.options.1': 'An option needs words.',
      '2.correct': 'The right option is one of the options.',
      '3.sweep.steps': 'At least 1.',
    });
    expect(faultAtOf(faults, 0)('min')).toBe('Enter a number.');
    expect(faultAtOf(faults, 0)('max')).toBeNull();
    expect(activityFaults(plan, faults)[0]).toMatchObject({ index: 0, name: '1. Prediction' });
    expect(activityFaults(plan, faults).at(-1)?.message).toBe('Steps: At least 1.');
    expect(activityFaults(plan, faults).map(({ index }) => index)).toEqual([0, 0, 1, 2, 2, 3]);
  });

  it('name the value of an axis, and the whole grid only where its values are right', () => {
    const faults = (axes: typeof sweep.sweep.axes) =>
      faultAtOf(faultsOf([{ ...sweep, sweep: { ...sweep.sweep, axes } }]), 0);
    const bad = faults([{ knob: 'rank', values: [1, 0] }, newAxis('method')]);
    expect(faultBelow((path) => bad(`sweep.axes.0.${path}`), 'values', 'Value', 2)).toBe(
      'Value 2: At least 1.',
    );
    expect(bad('sweep')).toBeNull();
    expect(faults([newAxis('rank'), newAxis('method')])('sweep')).toContain('Only LoRA has a rank');
    expect(faults([{ knob: 'rank', values: [4] }])('sweep.axes.0.values')).toContain('two values');
  });
});

describe('edits of a plan (S-23)', () => {
  it('move an activity by one place, and leave it at either end', () => {
    const [first, second, third] = whole;
    const plan = [first!, second!, third!];
    expect(kinds(moved(plan, second!.id, -1))).toEqual(kinds([second!, first!, third!]));
    expect(kinds(moved(plan, second!.id, 1))).toEqual(kinds([first!, third!, second!]));
    expect(moved(plan, first!.id, -1)).toBe(plan);
    expect(moved(plan, third!.id, 1)).toBe(plan);
  });

  it('copy an activity behind itself under an id and a title of its own', () => {
    const long = { ...poll, title: 'x'.repeat(120) };
    const plan = duplicated([long, prediction], long, uuid(9));
    expect(plan.map(({ id }) => id)).toEqual([poll.id, uuid(9), prediction.id]);
    expect([...faultsOf(plan)]).toEqual([]);
  });

  it('put back what was deleted, also after others went', () => {
    const plan = removed(whole, whole[6]!.id);
    expect(inserted(plan, 6, whole[6]!)).toEqual(whole);
    expect(kinds(inserted([], 6, whole[6]!))).toEqual(['discussion']);
  });

  it('keep what is right in a poll when an option goes', () => {
    const at = (correct: number | null) => ({ options: ['a', 'b', 'c'], correct });
    expect(withoutOption(at(1), 0)).toEqual({ options: ['b', 'c'], correct: 0 });
    expect(withoutOption(at(1), 1)).toEqual({ options: ['a', 'c'], correct: null });
    expect(withoutOption(at(0), 2)).toEqual({ options: ['a', 'b'], correct: 0 });
    expect(withoutOption(at(null), 0).correct).toBeNull();
  });

  it('read the values of an axis as typed', () => {
    expect(readNumbers(' 1, 4;16  3e-3,')).toEqual([1, 4, 16, 0.003]);
    expect(readNumbers('1, x')).toEqual([1, NaN]);
    expect(writeNumbers([1, 0.003])).toBe('1, 0.003');
    expect(toggledValue({ knob: 'quantisation', values: ['nf4', 'fp32'] }, 'int8').values).toEqual([
      'fp32',
      'int8',
      'nf4',
    ]);
  });

  it('end at the most activities that a plan has', () => {
    const many = Array.from({ length: MAX_ACTIVITIES + 1 }, (_, n) => newActivity('lab', uuid(n)));
    expect(faultsOf(many).get('')).toContain('at most 40');
  });
});
