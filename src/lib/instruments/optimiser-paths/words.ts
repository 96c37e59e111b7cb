/** What the instrument shows, in sentences: for everybody who reads, and for a screen reader when something changes. */
import { formatFixed, formatRate, plural } from '../../ui/format.ts';
import type { Path } from './descent.ts';
import type { PathName, Settings } from './state.ts';
import type { Place } from './surface.ts';

export const PATH_NAMES: Record<PathName, string> = {
  sgd: 'SGD',
  momentum: 'SGD with momentum',
  adamw: 'AdamW',
};

/** Beside a line, where there is little room. */
export const SHORT_NAMES: Record<PathName, string> = { ...PATH_NAMES, momentum: 'momentum' };

export const rateOf = (name: PathName, { rate, adamRate }: Settings): number =>
  name === 'adamw' ? adamRate : rate;

const signed = (value: number): string => formatFixed(value, 2).replace('-', '−');
export const placeName = ([a, b]: Place): string => `a = ${signed(a)}, b = ${signed(b)}`;

/** How a path ended, without its name. */
export function endingOf({ points, left }: Path): string {
  if (left) return `flies off the recorded surface at step ${left.step}: its steps are too large`;
  const [first, last] = [points[0]!, points.at(-1)!];
  const loss = `ends at a loss of ${formatFixed(last.loss, 2)}`;
  return last.loss > first.loss ? `${loss}, above where it began` : loss;
}

export function summaryOf(settings: Settings, paths: readonly Path[]): string {
  const { start, steps, batch } = settings;
  const on = batch === 'full' ? 'of all texts at once' : 'of one batch after another';
  const place = placeName(start);
  if (paths.length === 0) return `The start is at ${place}. No path is shown.`;
  const loss = formatFixed(paths[0]!.points[0]!.loss, 2);
  const ends = paths.map(
    (path) =>
      `${PATH_NAMES[path.name]} at a learning rate of ${formatRate(rateOf(path.name, settings))} ${endingOf(path)}`,
  );
  return `From ${place}, loss ${loss}, ${plural(steps, 'step')} ${on}. ${ends.join('; ')}.`;
}

/** How near the model's paths are to those on the recorded surface; nothing where none is shown. */
export function computedWords(paths: readonly { name: PathName; apart: number }[]): string {
  if (paths.length === 0) return '';
  const each = paths.map(({ name, apart }) => `${formatFixed(apart, 4)} for ${PATH_NAMES[name]}`);
  return `Computed with the model. Farthest apart from the recorded surface’s paths: ${each.join(', ')}.`;
}
