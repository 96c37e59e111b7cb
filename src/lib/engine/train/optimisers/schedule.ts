/** The learning rate's course. */
import type { Optimiser } from '../../formats/recipe.ts';

/** Learning rate of step `step` (1-based): linear warm-up, then cosine decay to `finalFraction` of the peak. */
export function scheduledRate(
  optimiser: Pick<Optimiser, 'learningRate' | 'warmupSteps' | 'finalFraction'>,
  step: number,
  steps: number,
): number {
  const { learningRate, warmupSteps, finalFraction } = optimiser;
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps);
  const cosine = (1 + Math.cos(Math.PI * progress)) / 2;
  return learningRate * (finalFraction + (1 - finalFraction) * cosine);
}
