/**
 * Names for recipes in a list. Runs listed together are named by what tells them apart, so a name stays short
 * and says exactly what to compare.
 */
import { METHOD_NAMES, QUANTISATION_NAMES, targetNames } from '../engine/formats/recipe-name.ts';
import type { Recipe } from '../engine/formats/recipe.ts';
import { formatRate } from '../ui/format.ts';

/** One phrase for each knob, in the order people ask about them. */
function facets(recipe: Recipe): Record<string, string> {
  const { method, optimiser } = recipe;
  const lora = method.kind === 'lora' ? method : null;
  return {
    method: lora ? `LoRA r=${lora.rank}` : METHOD_NAMES[method.kind],
    quantisation: QUANTISATION_NAMES[recipe.quantisation],
    weights: recipe.base.weights === 'random' ? 'random weights' : 'pretrained',
    alpha: lora ? `α=${formatRate(lora.alpha)}` : '',
    targets: lora ? targetNames(lora.targets) : '',
    learningRate: `lr ${formatRate(optimiser.learningRate)}`,
    steps: `${recipe.steps} steps`,
    batch: `batch ${recipe.batchSize}`,
    warmup: `warm-up ${optimiser.warmupSteps}`,
    decay: `decay ${formatRate(optimiser.weightDecay)}`,
    clip: `clip ${formatRate(optimiser.clipNorm)}`,
    seed: `seed ${recipe.seed}`,
    task: recipe.task,
    base: recipe.base.id,
    sequence: `${recipe.sequenceLength} tokens`,
  };
}

/**
 * One name a recipe, in the order given: the method, the quantisation where one quantises, then every
 * knob in which the recipes differ.
 * Equal recipes get equal names.
 */
export function nameByDifference(recipes: readonly Recipe[]): string[] {
  const all = recipes.map(facets);
  const keys = Object.keys(all[0] ?? {}).filter(
    (key) => new Set(all.map((facet) => facet[key]).filter((text) => text !== '')).size > 1,
  );
  const standing = recipes.some(({ quantisation }) => quantisation !== 'fp32')
    ? ['method', 'quantisation']
    : ['method'];
  return all.map((facet) =>
    [...new Set([...standing, ...keys])]
      .map((key) => facet[key])
      .filter(Boolean)
      .join(' · '),
  );
}
