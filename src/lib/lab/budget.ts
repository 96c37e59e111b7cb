/** A smaller budget for a device that is slow, such as a phone. Pure. */
import { SUGGESTION_BUDGET } from './base-suggestion.ts';
import type { Estimate } from './speeds.ts';

/** Fewer steps than this teach a method nothing that could be compared. */
const FEWEST = 20;

/**
 * Steps that this device trains within {@link SUGGESTION_BUDGET}, in a round number.
 * @param steps of the recipe
 * @returns null where the recipe is quick enough, nothing was measured, or no useful number of steps would be
 */
export function smallerBudget(
  steps: number,
  estimate: Pick<Estimate, 'seconds' | 'secondsPerStep'> | null,
): number | null {
  if (!estimate || estimate.seconds <= SUGGESTION_BUDGET) return null;
  const affordable = SUGGESTION_BUDGET / estimate.secondsPerStep;
  const grain = affordable >= 100 ? 50 : 10;
  const rounded = Math.floor(affordable / grain) * grain;
  return rounded >= FEWEST && rounded < steps ? rounded : null;
}
