/** A model small enough for tests that train, with a tokenizer of characters. Used by tests alone. */
import { parseLlamaConfig } from '../model/config.ts';
import { randomWeights, type BaseModel } from '../model/base-model.ts';
import { defaultRecipe, type Method, type Recipe } from '../formats/recipe.ts';
import type { Task } from '../data/task.ts';
import type { Tokenizer } from '../data/tokenizer.ts';
import { countRecipe } from '../train/count.ts';
import type { Counts } from '../train/events.ts';

export const TINY_CONFIG = {
  model_type: 'llama',
  vocab_size: 48,
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  // Fewer than the query heads, so that grouped-query attention is tested too.
  num_key_value_heads: 2,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: true,
  initializer_range: 0.3,
  bos_token_id: 1,
  pad_token_id: 0,
};

export function tinyModel(): BaseModel {
  const config = parseLlamaConfig(TINY_CONFIG);
  return {
    id: 'tiny',
    config,
    tokenizer: characterTokenizer(config.vocabSize),
    weights: randomWeights(config, 7),
  };
}

/** One token a character, a space going with the character behind it, as byte-level BPE has it. */
export function characterTokenizer(vocabulary: number): Tokenizer {
  const token = (piece: string) =>
    2 + ((piece.codePointAt(piece.length - 1)! + 23 * (piece.length - 1)) % (vocabulary - 2));
  return {
    encode: (text) => [1, ...Array.from(text.matchAll(/ ?[^ ]| /gu), ([piece]) => token(piece))],
    decode: (ids) => ids.join(' '),
  };
}

export const TINY_TASK: Task = {
  id: 'vowels',
  title: 'Vowels',
  description: 'Does the text begin with a vowel?',
  template: '{text}',
  labels: ['no', 'yes'],
};

export function tinyRecipe(method: Method, change: Partial<Recipe> = {}): Recipe {
  return {
    ...defaultRecipe(method.kind),
    base: { id: 'tiny', weights: 'pretrained' },
    method,
    batchSize: 4,
    sequenceLength: 8,
    steps: 4,
    ...change,
  };
}

export function tinyCounts(method: Method = { kind: 'head' }): Counts {
  return countRecipe(parseLlamaConfig(TINY_CONFIG), tinyRecipe(method), TINY_TASK.labels.length);
}
