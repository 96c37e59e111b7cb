/** What a class answered, counted for drawing. Pure. */
import type { ActivityOf } from '../plan.ts';

export interface Tally {
  label: string;
  count: number;
  /** Of all answers, 0–1; 0 where there are none. */
  share: number;
  right: boolean;
}

export function tallyPoll(
  { options, correct }: Pick<ActivityOf<'poll'>, 'options' | 'correct'>,
  given: readonly number[],
): Tally[] {
  return options.map((label, index) => {
    const count = given.filter((answer) => answer === index).length;
    return {
      label,
      count,
      share: given.length ? count / given.length : 0,
      right: index === correct,
    };
  });
}

export interface Bin {
  from: number;
  to: number;
  count: number;
}

const BINS = 20;

/** Predictions in bins of equal width over the range that was asked about; the last one is closed. */
export function binPredictions(
  { min, max }: Pick<ActivityOf<'prediction'>, 'min' | 'max'>,
  given: readonly number[],
): Bin[] {
  const width = (max - min) / BINS;
  const bins = Array.from({ length: BINS }, (_, index) => ({
    from: min + index * width,
    to: min + (index + 1) * width,
    count: 0,
  }));
  for (const answer of given) {
    const bin = bins[Math.min(BINS - 1, Math.max(0, Math.floor((answer - min) / width)))];
    if (bin) bin.count++;
  }
  return bins;
}

/** Null for no answers. */
export function medianOf(given: readonly number[]): number | null {
  const sorted = [...given].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  const lower = sorted[Math.ceil(middle) - 1];
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
}

/** A predicted number in as many places as its range needs: a hundredth of it is told apart. */
export function formatPrediction(
  { min, max, unit }: Pick<ActivityOf<'prediction'>, 'min' | 'max' | 'unit'>,
  value: number,
): string {
  const places = Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(max - min))));
  return `${value.toFixed(places)}${unit ? ` ${unit}` : ''}`;
}
