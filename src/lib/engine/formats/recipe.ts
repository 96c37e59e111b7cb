/**
 * The recipe: everything that determines a run, and the only thing that enters the engine.
 *
 * It is JSON, versioned and hashable: two runs with the same {@link recipeKey} on the same base
 * weights differ only by the rounding of the device they ran on. What a challenge allows is not
 * decided here but in `live/challenge.ts`.
 */
import * as v from 'valibot';

export const RECIPE_VERSION = 1;

/** Linear projections of one decoder block, by the name their weight has in a Hugging Face Llama checkpoint. */
export const LINEAR_MODULES = [
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'down_proj',
] as const;
export type LinearModule = (typeof LINEAR_MODULES)[number];

/** How the frozen base weights are stored. Trainable tensors are always fp32. */
export const QUANTISATIONS = ['fp32', 'int8', 'int4', 'nf4'] as const;
export type Quantisation = (typeof QUANTISATIONS)[number];

export const MAX_RANK = 64;
export const MIN_ALPHA = 0.01;
export const MAX_ALPHA = 1024;
export const MAX_STEPS = 2000;

const integer = (minimum: number, maximum: number, name: string) =>
  v.pipe(
    v.number(`${name} must be a number`),
    v.integer(`${name} must be a whole number`),
    v.minValue(minimum, `${name} must be at least ${minimum}`),
    v.maxValue(maximum, `${name} must be at most ${maximum}`),
  );

const real = (minimum: number, maximum: number, name: string) =>
  v.pipe(
    v.number(`${name} must be a number`),
    v.finite(`${name} must be finite`),
    v.minValue(minimum, `${name} must be at least ${minimum}`),
    v.maxValue(maximum, `${name} must be at most ${maximum}`),
  );

export const MethodSchema = v.variant('kind', [
  /** Every weight of the base and the head are trained. The base is then never quantised. */
  v.strictObject({ kind: v.literal('full') }),
  /** Only the classification head is trained. */
  v.strictObject({ kind: v.literal('head') }),
  /** W + (alpha / rank)·B·A on each target module, and the head. Hu et al. 2021, arXiv:2106.09685. */
  v.strictObject({
    kind: v.literal('lora'),
    rank: integer(1, MAX_RANK, 'LoRA rank'),
    alpha: real(MIN_ALPHA, MAX_ALPHA, 'alpha'),
    targets: v.pipe(
      v.array(v.picklist(LINEAR_MODULES)),
      v.minLength(1, 'LoRA needs at least one target module'),
      v.check((targets) => new Set(targets).size === targets.length, 'target modules repeat'),
    ),
  }),
]);
export type Method = v.InferOutput<typeof MethodSchema>;

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
    optimiser: v.strictObject({
      kind: v.literal('adamw'),
      learningRate: real(1e-7, 1, 'learning rate'),
      /** Steps of linear warm-up; cosine decay to {@link finalFraction} of the peak follows. */
      warmupSteps: integer(0, MAX_STEPS, 'warm-up steps'),
      finalFraction: real(0, 1, 'final fraction'),
      weightDecay: real(0, 1, 'weight decay'),
      beta1: real(0, 0.9999, 'beta1'),
      beta2: real(0, 0.99999, 'beta2'),
      epsilon: real(1e-12, 1, 'epsilon'),
      /** Global gradient norm above which the gradient is scaled down. */
      clipNorm: real(0.001, 1000, 'clip norm'),
    }),
    batchSize: integer(1, 64, 'batch size'),
    /** Tokens a text is padded or cut to. */
    sequenceLength: integer(8, 256, 'sequence length'),
    steps: integer(1, MAX_STEPS, 'steps'),
    seed: integer(0, 0x7fffffff, 'seed'),
  }),
  v.check(
    (recipe) => recipe.method.kind !== 'full' || recipe.quantisation === 'fp32',
    'full fine-tuning trains the base weights, so they cannot be quantised: choose fp32',
  ),
);
export type Recipe = v.InferOutput<typeof RecipeSchema>;

/** Default learning rate by method; LoRA and the head stand a rate several times full fine-tuning's. */
export const DEFAULT_LEARNING_RATE: Record<Method['kind'], number> = {
  full: 5e-4,
  head: 3e-2,
  lora: 3e-3,
};

/** The recipe a student sees first: LoRA r=8 on every linear layer. */
export function defaultRecipe(method: Method['kind'] = 'lora'): Recipe {
  return {
    version: RECIPE_VERSION,
    base: { id: 'nano', weights: 'pretrained' },
    task: 'definition-domain',
    method:
      method === 'lora'
        ? { kind: 'lora', rank: 8, alpha: 16, targets: [...LINEAR_MODULES] }
        : { kind: method },
    quantisation: 'fp32',
    optimiser: {
      kind: 'adamw',
      learningRate: DEFAULT_LEARNING_RATE[method],
      warmupSteps: 20,
      finalFraction: 0.05,
      weightDecay: 0.01,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      clipNorm: 1,
    },
    batchSize: 16,
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
