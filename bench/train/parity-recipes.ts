/** What `parity.ts` compares between backends. */
import {
  DEFAULT_LEARNING_RATE,
  defaultMethod,
  defaultOptimiser,
  defaultRecipe,
  type Method,
  type OptimiserKind,
  type Recipe,
} from '../../src/lib/engine/formats/recipe.ts';

/** Small, because a software adapter is slow. */
const SMALL = { steps: 8, batchSize: 2, sequenceLength: 8 };
const LORA = defaultMethod('lora');

function small(method: Method, change: Partial<Recipe> = {}): Recipe {
  return { ...defaultRecipe(method.kind), method, ...SMALL, ...change };
}
const under = (kind: OptimiserKind, method: Method, change: Partial<Recipe> = {}) =>
  small(method, {
    optimiser: defaultOptimiser(kind, DEFAULT_LEARNING_RATE[method.kind]),
    ...change,
  });

/** By the name of its row; no two are the same. */
export const RECIPES: Record<string, Recipe> = {
  'LoRA fp32': small(LORA),
  'LoRA int8': small(LORA, { quantisation: 'int8' }),
  'LoRA int4': small(LORA, { quantisation: 'int4' }),
  'LoRA NF4': small(LORA, { quantisation: 'nf4' }),
  'LoRA NF4 + DQ': small(LORA, { quantisation: 'nf4-double' }),
  'LoRA NF4 + DQ, recomputed': small(LORA, {
    quantisation: 'nf4-double',
    recomputeActivations: true,
  }),
  'LoRA NF4, recomputed': small(LORA, { quantisation: 'nf4', recomputeActivations: true }),
  'LoRA, 2 batches accumulated': small(LORA, { accumulation: 2 }),
  'LoRA, 8-bit AdamW': under('adamw-8bit', LORA),
  'LoRA, SGD': under('sgd', LORA),
  'LoRA+ with dropout': small({ ...LORA, plusRatio: 8, dropout: 0.1 }),
  rsLoRA: small({ ...LORA, scaling: 'rank-stabilised' }),
  'DoRA int4': small({ ...LORA, dora: true }, { quantisation: 'int4' }),
  'Houlsby adapters': small({ kind: 'adapter', placement: 'houlsby', reduction: 8 }),
  'Pfeiffer adapters': small(defaultMethod('adapter')),
  'prefix tuning': small(defaultMethod('prefix')),
  'P-Tuning v2': small(defaultMethod('p-tuning-v2')),
  'IA³': small(defaultMethod('ia3')),
  'head only': small(defaultMethod('head')),
  full: small(defaultMethod('full')),
  'full above 2 frozen layers': small({ kind: 'full', frozenLayers: 2 }),
  'zero-shot prompting': small(defaultMethod('prompting')),
};
