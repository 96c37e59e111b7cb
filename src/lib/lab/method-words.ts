/** Methods and optimisers in plain words: what each trains and keeps, as one sentence for beside its choice. */
import { QUANTISATION_NAMES } from '../engine/formats/recipe-name.ts';
import type { Method, OptimiserKind, Recipe } from '../engine/formats/recipe.ts';
import { bottleneckSize } from '../engine/methods/adapter.ts';
import type { LlamaConfig } from '../engine/model/config.ts';
import { plural } from '../ui/format.ts';

/** In the words of a sentence each, for a person who meets the method for the first time. */
export const METHOD_SENTENCES: Record<Method['kind'], string> = {
  lora: 'Trains two thin matrices beside each chosen weight matrix and adds their product to it; the weights themselves stay as they are.',
  full: 'Trains every weight of the model, or those of its upper layers.',
  head: 'Trains only the classification head, which reads what the model makes of the last token. Every method but prompting trains it, too.',
  adapter:
    'Trains small networks behind the layers: down to a few numbers, up again, and added to what came in.',
  prefix:
    'Trains keys and values that every layer attends to in front of the text. While training, a small network makes them.',
  'p-tuning-v2':
    'Trains keys and values that every layer attends to in front of the text, directly.',
  ia3: 'Trains one factor for each key, each value and each inner activation of the MLPs: it turns them up or down, and has no knobs of its own.',
  prompting:
    'Trains nothing: the model reads a prompt, and the label whose word it finds likeliest to come next is its answer.',
};

export const OPTIMISER_NAMES: Record<OptimiserKind, string> = {
  adamw: 'AdamW',
  'adamw-8bit': '8-bit AdamW',
  sgd: 'SGD',
};

export const OPTIMISER_SENTENCES: Record<OptimiserKind, string> = {
  adamw:
    'Remembers two numbers for each trained parameter, the mean gradient and the mean square, in fp32.',
  'adamw-8bit': 'AdamW with both of its numbers in 8 bits: a quarter of the memory.',
  sgd: 'Gradient descent with momentum: remembers one number for each trained parameter. Its steps are as large as the gradient, so it needs a higher learning rate.',
};

/** What the mark shows of a recipe. @param config null while the model's description is on its way */
export function describeMark({ method, quantisation }: Recipe, config: LlamaConfig | null): string {
  const stored =
    quantisation === 'fp32' ? '' : `, stored as ${QUANTISATION_NAMES[quantisation]} (hatched)`;
  const columns = config ? ` of ${config.hiddenSize} columns` : '';
  switch (method.kind) {
    case 'lora':
      return `One frozen W${columns}${stored}${stored && ','} and its strips B and A, in proportion.`;
    case 'full':
      return 'Every weight is trained, outlined in the colour of what learns.';
    case 'head':
      return `The base stays as it is${stored}; only the classification head below it is trained.`;
    case 'adapter': {
      const waist = config ? ` of ${plural(bottleneckSize(config, method), 'column')}` : '';
      return `One frozen W${columns}${stored}${stored && ','} and below it the adapter with its waist${waist}, in proportion.`;
    }
    case 'prefix':
    case 'p-tuning-v2':
      return `One frozen W${columns}${stored}${stored && ','} and in front of it the ${plural(method.length, 'position')} of the prefix, in proportion.`;
    case 'ia3':
      return `One frozen W${stored}${stored && ','} and the factors along its rows and columns.`;
    case 'prompting':
      return `The base stays as it is${stored}; nothing is trained.`;
  }
}
