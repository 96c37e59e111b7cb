/**
 * The recipe: everything that determines a run, and the only thing that enters the engine.
 *
 * It is JSON, versioned and hashable: two runs with the same {@link recipeKey} on the same base
 * weights differ only by the rounding of the device they ran on. What a challenge allows is not
 * decided here but in `live/challenge.ts`.
 */
import * as v from 'valibot';
import { integer } from './fields.ts';
import { defaultMethod, MethodSchema, type Method } from './method.ts';
import { defaultOptimiser, MAX_STEPS, OptimiserSchema } from './optimiser.ts';

export * from './method.ts';
export * from './optimiser.ts';

export const RECIPE_VERSION = 1;

/** How the frozen base weights are stored. Trainable tensors are always fp32. */
export const QUANTISATIONS = ['fp32', 'int8', 'int4', 'nf4', 'nf4-double'] as const;
export type Quantisation = (typeof QUANTISATIONS)[number];

export const MAX_ACCUMULATION = 64;

export const BaseIdSchema = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9-]{1,40}$/, 'unknown base model id'),
);
export const TaskIdSchema = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,60}$/, 'unknown task id'));

export const RecipeSchema = v.pipe(
  v.strictObject({
    version: v.literal(RECIPE_VERSION),
    /** `pretrained` is the shipped checkpoint; `random` the same architecture before any training. */
    base: v.strictObject({
      id: BaseIdSchema,
      weights: v.picklist(['pretrained', 'random']),
    }),
    task: TaskIdSchema,
    method: MethodSchema,
    quantisation: v.picklist(QUANTISATIONS),
    optimiser: OptimiserSchema,
    batchSize: integer(1, 64, 'batch size'),
    /** Batches whose gradients are averaged into one update. */
    accumulation: v.optional(integer(1, MAX_ACCUMULATION, 'gradient accumulation'), 1),
    /** Activation checkpointing: each block's activations are computed again for its backward pass, not kept. */
    recomputeActivations: v.optional(v.boolean(), false),
    /** Tokens a text is padded or cut to. */
    sequenceLength: integer(8, 256, 'sequence length'),
    /** Updates of the weights. */
    steps: integer(1, MAX_STEPS, 'steps'),
    seed: integer(0, 0x7fffffff, 'seed'),
  }),
  v.forward(
    v.check(
      (recipe) => recipe.method.kind !== 'full' || recipe.quantisation === 'fp32',
      'full fine-tuning trains the base weights, so they cannot be quantised: choose fp32',
    ),
    ['quantisation'],
  ),
);
export type Recipe = v.InferOutput<typeof RecipeSchema>;

/** Default learning rate of AdamW by method; full fine-tuning moves the whole model and stands the smallest. */
export const DEFAULT_LEARNING_RATE: Record<Method['kind'], number> = {
  full: 5e-4,
  head: 3e-2,
  lora: 3e-3,
  adapter: 3e-3,
  prefix: 3e-3,
  'p-tuning-v2': 3e-2,
  ia3: 1e-2,
  // Trains nothing; a recipe has a rate all the same.
  prompting: 1e-3,
};

/** The recipe a student sees first: LoRA r=8 on every linear layer. */
export function defaultRecipe(method: Method['kind'] = 'lora'): Recipe {
  return {
    version: RECIPE_VERSION,
    base: { id: 'nano', weights: 'pretrained' },
    task: 'definition-domain',
    method: defaultMethod(method),
    quantisation: 'fp32',
    optimiser: defaultOptimiser('adamw', DEFAULT_LEARNING_RATE[method]),
    batchSize: 16,
    accumulation: 1,
    recomputeActivations: false,
    sequenceLength: 32,
    steps: 300,
    seed: 1,
  };
}

/**
 * Parses untrusted JSON into a recipe.
 * @throws {RecipeError} with a sentence naming the first offending field.
 */
export function parseRecipe(input: unknown): Recipe {
  const result = v.safeParse(RecipeSchema, input, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const path = v.getDotPath(issue);
  throw new RecipeError(path ? `${path}: ${issue.message}` : issue.message);
}

export class RecipeError extends Error {
  override name = 'RecipeError';
}

/** Canonical text of a recipe: equal recipes have equal keys, whatever the order of their properties. */
export function recipeKey(recipe: Recipe): string {
  return JSON.stringify(recipe, (_key, value: unknown) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
