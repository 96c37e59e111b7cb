/** What adapting a model of seven billion parameters takes, as the decision guide weighs it. */
import { countAdaptation } from '../../measurements/adaptation-memory.ts';
import { FIT_METHODS, USUAL_STEP } from '../../measurements/fit.ts';
import { LARGE_MODELS } from '../../measurements/large-models.ts';
import { GUIDE_METHODS, type GuideMemory } from '../guide.ts';

export function countGuideMemory(): GuideMemory {
  const counts = GUIDE_METHODS.map((method) => {
    const { adaptation } = FIT_METHODS.find(({ id }) => id === method)!;
    return { method, ...countAdaptation(LARGE_MODELS['7b'].config, adaptation, USUAL_STEP) };
  });
  const methods = Object.fromEntries(
    counts.map(({ method, kept, memory }) => [
      method,
      {
        weights: memory.frozen + memory.quantised + memory.trained,
        training: memory.gradients + memory.optimiser,
        activations: memory.activations,
        kept,
      },
    ]),
  ) as GuideMemory['methods'];
  return { parameters: counts[0]!.parameters, tokens: USUAL_STEP.tokens, methods };
}
