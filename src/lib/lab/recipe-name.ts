/**
 * Names for recipes in a list. Runs listed together are named by what tells them apart, so a name stays short
 * and says exactly what to compare.
 */
import {
  loraVariant,
  methodName,
  QUANTISATION_NAMES,
  targetNames,
} from '../engine/formats/recipe-name.ts';
import type { Method, Optimiser, Recipe } from '../engine/formats/recipe.ts';
import { OPTIMISER_NAMES } from './method-words.ts';
import { formatRate } from '../ui/format.ts';

/** Every knob, in the order people ask about them. */
const KNOBS = [
  'method',
  'quantisation',
  'weights',
  'alpha',
  'targets',
  'plus',
  'dropout',
  'hidden',
  'template',
  'optimiser',
  'learningRate',
  'steps',
  'batch',
  'accumulation',
  'recompute',
  'warmup',
  'final',
  'decay',
  'momentum',
  'betas',
  'epsilon',
  'clip',
  'seed',
  'task',
  'base',
  'sequence',
] as const;
type Facets = Partial<Record<(typeof KNOBS)[number], string>>;

/** One phrase for each knob that the recipe has. */
function facets(recipe: Recipe): Facets {
  const { method, optimiser } = recipe;
  const trains = method.kind !== 'prompting';
  return {
    ...methodFacets(method),
    quantisation: QUANTISATION_NAMES[recipe.quantisation],
    weights: recipe.base.weights === 'random' ? 'random weights' : 'pretrained',
    ...(trains
      ? {
          optimiser: OPTIMISER_NAMES[optimiser.kind],
          learningRate: `lr ${formatRate(optimiser.learningRate)}`,
          steps: `${recipe.steps} steps`,
          batch: `batch ${recipe.batchSize}`,
          accumulation: `accumulation ${recipe.accumulation}`,
          recompute: recipe.recomputeActivations ? 'checkpointing' : 'no checkpointing',
          warmup: `warm-up ${optimiser.warmupSteps}`,
          final: `final ${formatRate(optimiser.finalFraction)}`,
          decay: `decay ${formatRate(optimiser.weightDecay)}`,
          ...optimiserFacets(optimiser),
          clip: `clip ${formatRate(optimiser.clipNorm)}`,
          // A prompt's length follows from the prompt.
          sequence: `${recipe.sequenceLength} tokens`,
        }
      : {}),
    seed: `seed ${recipe.seed}`,
    task: recipe.task,
    base: recipe.base.id,
  };
}

/** `method` names it; the rest are knobs of LoRA and of prompting that the name leaves out. */
function methodFacets(method: Method): Facets {
  switch (method.kind) {
    case 'lora':
      return {
        method: `${loraVariant(method)} r=${method.rank}`,
        alpha: `α=${formatRate(method.alpha)}`,
        targets: targetNames(method.targets),
        plus: `ratio ${formatRate(method.plusRatio)}`,
        dropout: `dropout ${formatRate(method.dropout)}`,
      };
    case 'prefix':
      return { method: methodName(method), hidden: `MLP ${method.hidden}` };
    case 'prompting':
      return {
        method: methodName(method),
        template: method.template === null ? "the task's prompt" : `“${clipped(method.template)}”`,
      };
    case 'adapter':
    case 'full':
    case 'head':
    case 'ia3':
    case 'p-tuning-v2':
      return { method: methodName(method) };
  }
}

function optimiserFacets(optimiser: Optimiser): Facets {
  if (optimiser.kind === 'sgd') return { momentum: `momentum ${formatRate(optimiser.momentum)}` };
  const { beta1, beta2, epsilon } = optimiser;
  return {
    betas: `β ${formatRate(beta1)} ${formatRate(beta2)}`,
    epsilon: `ε ${formatRate(epsilon)}`,
  };
}

const CLIP = 24;
const clipped = (text: string) => (text.length > CLIP ? `${text.slice(0, CLIP - 1)}…` : text);

/**
 * One name a recipe, in the order given: the method, the quantisation where one quantises, then every
 * knob in which the recipes differ.
 * Equal recipes get equal names.
 */
export function nameByDifference(recipes: readonly Recipe[]): string[] {
  const all = recipes.map(facets);
  const keys = KNOBS.filter(
    (knob) => new Set(all.map((facet) => facet[knob]).filter(Boolean)).size > 1,
  );
  const standing: readonly (typeof KNOBS)[number][] = recipes.some(
    ({ quantisation }) => quantisation !== 'fp32',
  )
    ? ['method', 'quantisation']
    : ['method'];
  return all.map((facet) =>
    [...new Set([...standing, ...keys])]
      .map((key) => facet[key])
      .filter(Boolean)
      .join(' · '),
  );
}
