/** Edits of a recipe that keep it valid: pure, one for each control that touches more than its own field. */
import * as v from 'valibot';
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
  MethodSchema,
  QUANTISATIONS,
  type Method,
  type OptimiserKind,
  type Quantisation,
  type Recipe,
} from '../engine/formats/recipe.ts';
import { shippedTask } from '../engine/data/shipped-tasks.ts';
import { definitionOf } from '../engine/methods/index.ts';
import type { LlamaConfig } from '../engine/model/config.ts';
import type { Challenge } from '../live/challenge.ts';
import type { Locks } from '../live/locks.ts';

/**
 * Changes the method. The learning rate follows to the new method's default unless it was the old one's no longer;
 * a length that a prompt needed goes with the prompt.
 */
export function withMethod(recipe: Recipe, kind: Method['kind']): Recipe {
  if (kind === recipe.method.kind) return recipe;
  const { optimiser } = recipe;
  const untouched = optimiser.learningRate === defaultRate(recipe);
  const prompted = recipe.method.kind === 'prompting';
  return {
    ...recipe,
    method: defaultMethod(kind),
    sequenceLength: prompted ? proposedLength(recipe) : recipe.sequenceLength,
    quantisation: kind === 'full' ? 'fp32' : recipe.quantisation,
    optimiser: untouched ? { ...optimiser, learningRate: rateOf(kind, optimiser.kind) } : optimiser,
  };
}

/** Tokens that a shipped task proposes for its texts; for others a length that was enough stays. */
function proposedLength({ task, sequenceLength }: Recipe): number {
  return shippedTask(task)?.sequenceLength ?? sequenceLength;
}

/** Changes the optimiser. What both have stays, but for a learning rate that was the old one's default. */
export function withOptimiser(recipe: Recipe, kind: OptimiserKind): Recipe {
  const { optimiser, method } = recipe;
  if (kind === optimiser.kind) return recipe;
  const fresh = defaultOptimiser(kind, DEFAULT_LEARNING_RATE[method.kind]);
  const untouched = optimiser.learningRate === defaultRate(recipe);
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

/** The learning rate that the recipe's method and optimiser start from. */
export function defaultRate({ method, optimiser }: Pick<Recipe, 'method' | 'optimiser'>): number {
  return rateOf(method.kind, optimiser.kind);
}

function rateOf(method: Method['kind'], optimiser: OptimiserKind): number {
  return defaultOptimiser(optimiser, DEFAULT_LEARNING_RATE[method]).learningRate;
}

/**
 * Sets the rank. Alpha keeps its ratio to the rank, within a recipe's limits, so that the update's scale stays.
 * Under rsLoRA, alpha stays itself: scaling by the rank is what that method does.
 */
export function withRank(recipe: Recipe, rank: number): Recipe {
  const { method } = recipe;
  return method.kind === 'lora' ? { ...recipe, method: rankedLora(method, rank) } : recipe;
}

type Lora = Extract<Method, { kind: 'lora' }>;

export function rankedLora(method: Lora, rank: number): Lora {
  if (method.scaling === 'rank-stabilised') return { ...method, rank };
  const ratio = method.alpha / method.rank;
  return { ...method, rank, alpha: Math.min(MAX_ALPHA, Math.max(MIN_ALPHA, ratio * rank)) };
}

/** Longest prompt, in tokens: a recipe's own limit. */
export const MAX_SEQUENCE = 256;

/**
 * Makes room for a prompt of `tokens`, as far as there is any; other methods read texts as they are.
 * The room only grows: a recipe that has it is returned as it is.
 */
export function withPromptRoom(recipe: Recipe, tokens: number): Recipe {
  if (recipe.method.kind !== 'prompting') return recipe;
  const sequenceLength = Math.min(MAX_SEQUENCE, Math.max(recipe.sequenceLength, tokens));
  return sequenceLength === recipe.sequenceLength ? recipe : { ...recipe, sequenceLength };
}

/** What is wrong with a prompt template, as a sentence; null for a good one and for none. */
export function templateProblem(template: string): string | null {
  if (template === '') return null;
  const { issues } = v.safeParse(MethodSchema, { ...defaultMethod('prompting'), template });
  if (!issues) return null;
  const { message } = issues[0];
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

/** The nearest recipe that this model can be asked for; the same object when it already is. */
export function fitToModel(recipe: Recipe, config: LlamaConfig): Recipe {
  const method = methodFor(recipe.method, config);
  const room = config.maxPositions - definitionOf(method).prefixLength(method);
  const sequenceLength = Math.min(recipe.sequenceLength, room);
  return method === recipe.method && sequenceLength === recipe.sequenceLength
    ? recipe
    : { ...recipe, method, sequenceLength };
}

function methodFor(method: Method, { layers, hiddenSize }: LlamaConfig): Method {
  if (method.kind === 'full' && method.frozenLayers > layers)
    return { ...method, frozenLayers: layers };
  if (method.kind === 'adapter' && method.reduction > hiddenSize)
    return { ...method, reduction: hiddenSize };
  return method;
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

/** The recipe with the host's numbers where they are locked; the same object when it has them already. */
export function fitToLocks(recipe: Recipe, { rank, learningRate, steps }: Locks): Recipe {
  const { method, optimiser } = recipe;
  const ranked =
    rank && method.kind === 'lora' && method.rank !== rank.value
      ? withRank(recipe, rank.value)
      : recipe;
  if (method.kind === 'prompting') return ranked;
  const rate = learningRate?.value ?? optimiser.learningRate;
  const count = steps?.value ?? recipe.steps;
  return rate === optimiser.learningRate && count === recipe.steps
    ? ranked
    : { ...ranked, optimiser: { ...optimiser, learningRate: rate }, steps: count };
}
