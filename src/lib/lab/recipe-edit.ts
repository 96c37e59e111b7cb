/** Edits of a recipe that keep it valid: pure, one for each control that touches more than its own field. */
import {
  DEFAULT_LEARNING_RATE,
  defaultMethod,
  defaultOptimiser,
  defaultRecipe,
  MAX_ALPHA,
  MAX_RANK,
  MIN_ALPHA,
  MAX_STEPS,
  METHOD_KINDS,
  QUANTISATIONS,
  type Method,
  type OptimiserKind,
  type Quantisation,
  type Recipe,
} from '../engine/formats/recipe.ts';
import { shippedTask } from '../engine/data/shipped-tasks.ts';
import type { Challenge } from '../live/challenge.ts';

/** Changes the method. The learning rate follows to the new method's default unless it was the old one's no longer. */
export function withMethod(recipe: Recipe, kind: Method['kind']): Recipe {
  if (kind === recipe.method.kind) return recipe;
  const { optimiser } = recipe;
  const untouched = optimiser.learningRate === defaultRate(recipe.method.kind, optimiser.kind);
  return {
    ...recipe,
    method: defaultMethod(kind),
    quantisation: kind === 'full' ? 'fp32' : recipe.quantisation,
    optimiser: untouched
      ? { ...optimiser, learningRate: defaultRate(kind, optimiser.kind) }
      : optimiser,
  };
}

/** Changes the optimiser. What both have stays, but for a learning rate that was the old one's default. */
export function withOptimiser(recipe: Recipe, kind: OptimiserKind): Recipe {
  const { optimiser, method } = recipe;
  if (kind === optimiser.kind) return recipe;
  const fresh = defaultOptimiser(kind, DEFAULT_LEARNING_RATE[method.kind]);
  const untouched = optimiser.learningRate === defaultRate(method.kind, optimiser.kind);
  const { warmupSteps, finalFraction, weightDecay, clipNorm } = optimiser;
  return {
    ...recipe,
    optimiser: {
      ...fresh,
      warmupSteps,
      finalFraction,
      weightDecay,
      clipNorm,
      learningRate: untouched ? fresh.learningRate : optimiser.learningRate,
    },
  };
}

function defaultRate(method: Method['kind'], optimiser: OptimiserKind): number {
  return defaultOptimiser(optimiser, DEFAULT_LEARNING_RATE[method]).learningRate;
}

/** Sets the rank. Alpha keeps its ratio to the rank, within a recipe's limits, so that the update's scale stays. */
export function withRank(recipe: Recipe, rank: number): Recipe {
  if (recipe.method.kind !== 'lora') return recipe;
  const ratio = recipe.method.alpha / recipe.method.rank;
  const alpha = Math.min(MAX_ALPHA, Math.max(MIN_ALPHA, ratio * rank));
  return { ...recipe, method: { ...recipe.method, rank, alpha } };
}

/** Another base model; how its weights start stays. */
export function withBase(recipe: Recipe, id: string): Recipe {
  return { ...recipe, base: { ...recipe.base, id } };
}

/** Changes the task. The sequence length becomes what the task proposes for its texts. */
export function withTask(
  recipe: Recipe,
  { id, sequenceLength = defaultRecipe().sequenceLength }: { id: string; sequenceLength?: number },
): Recipe {
  return { ...recipe, task: id, sequenceLength };
}

export interface Limits {
  maxRank: number;
  maxSteps: number;
  methods: readonly Method['kind'][];
  quantisations: readonly Quantisation[];
}

const FREE: Limits = {
  maxRank: MAX_RANK,
  maxSteps: MAX_STEPS,
  methods: METHOD_KINDS,
  quantisations: QUANTISATIONS,
};

/** What the controls offer: everything, or what the round's challenge leaves. */
export function limitsOf(challenge: Challenge | null): Limits {
  if (!challenge) return FREE;
  const methods = challenge.methods.filter((kind) => !excludesFull(kind, challenge));
  return { ...challenge, methods };
}

/** True for full fine-tuning in a round without fp32: it trains the base weights, which are then fp32. */
export function excludesFull(
  kind: Method['kind'],
  { quantisations }: Pick<Limits, 'quantisations'>,
): boolean {
  return kind === 'full' && !quantisations.includes('fp32');
}

/** The nearest recipe that the challenge allows; the same object when it already is. */
export function fitToChallenge(recipe: Recipe, challenge: Challenge): Recipe {
  const { methods } = limitsOf(challenge);
  const method = methods.includes(recipe.method.kind)
    ? recipe
    : withMethod(recipe, methods[0] ?? 'lora');
  const ranked =
    method.method.kind === 'lora' && method.method.rank > challenge.maxRank
      ? withRank(method, challenge.maxRank)
      : method;
  const quantisation =
    ranked.method.kind === 'full' || challenge.quantisations.includes(ranked.quantisation)
      ? ranked.quantisation
      : (challenge.quantisations[0] ?? 'fp32');
  const fits =
    ranked === recipe &&
    quantisation === recipe.quantisation &&
    recipe.steps <= challenge.maxSteps &&
    recipe.task === challenge.task &&
    recipe.base.id === challenge.base &&
    recipe.base.weights === 'pretrained';
  if (fits) return recipe;
  const asked =
    ranked.task === challenge.task
      ? ranked
      : withTask(ranked, shippedTask(challenge.task) ?? { id: challenge.task });
  return {
    ...asked,
    quantisation,
    steps: Math.min(recipe.steps, challenge.maxSteps),
    base: { id: challenge.base, weights: 'pretrained' },
  };
}
