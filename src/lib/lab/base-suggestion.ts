/**
 * Which base model suits a device: the largest on which the default recipe trains within a budget of time, by
 * what the device has measured of itself. Pure; it only advises.
 */
import { deviceName } from '../live/device-words.ts';
import { formatDuration } from '../ui/format.ts';
import type { BaseCost } from './bases.ts';
import { estimateRun, type Estimate, type Speed } from './speeds.ts';

/** Longest training, in seconds, for which a base is still suggested: a class has several runs in its hour. */
export const SUGGESTION_BUDGET = 120;

export interface BaseSuggestion {
  base: string;
  /** Why: the suggested base is the largest, or the next larger one takes too long, or even this one does. */
  because: 'largest-fits' | 'larger-too-slow' | 'none-fits';
  /** The base that decided, the steps of its default recipe, and how long they take here. */
  decided: { base: string; steps: number; estimate: Estimate };
}

/**
 * @param costs of the shipped bases, the smallest first
 * @param device as for {@link estimateRun}
 * @returns null while nothing was measured on this device
 */
export function suggestBase(
  speeds: readonly Speed[],
  costs: readonly BaseCost[],
  device?: Pick<Speed, 'backend' | 'threads'> | null,
): BaseSuggestion | null {
  const known = costs.flatMap(({ recipe, counts }) => {
    const estimate = estimateRun(speeds, recipe, counts, device ?? undefined);
    return estimate ? [{ base: recipe.base.id, steps: recipe.steps, estimate }] : [];
  });
  const [smallest] = known;
  if (!smallest) return null;
  const fits = known.findLastIndex(({ estimate }) => estimate.seconds <= SUGGESTION_BUDGET);
  if (fits < 0) return { base: smallest.base, because: 'none-fits', decided: smallest };
  const { base } = known[fits]!;
  const larger = known[fits + 1];
  return larger
    ? { base, because: 'larger-too-slow', decided: larger }
    : { base, because: 'largest-fits', decided: known[fits]! };
}

/** The suggestion and its reason, for beside the choice. */
export function describeSuggestion({ base, because, decided }: BaseSuggestion): string {
  const { steps, estimate } = decided;
  const time = `${steps} steps of the default recipe take about ${formatDuration(estimate.seconds)} on this device (${deviceName(estimate)})`;
  const budget = formatDuration(SUGGESTION_BUDGET);
  switch (because) {
    case 'largest-fits':
      return `Suggested here: ${base}. ${time}, within ${budget}.`;
    case 'larger-too-slow':
      return `Suggested here: ${base}. On ${decided.base}, ${time}, more than ${budget}.`;
    case 'none-fits':
      return `Suggested here: ${base}, the smallest. ${time}, more than ${budget}.`;
  }
}
