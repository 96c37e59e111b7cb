/**
 * General English that no task trains on, and its loss under a language model: what a run has made the model forget
 * is how much that loss has risen. Each text is a sequence of its own, read from the begin-of-sequence token.
 */
import * as v from 'valibot';
import type { LlamaConfig } from '../model/config.ts';
import type { Tokenizer } from './tokenizer.ts';

/** B sequences of T positions, N = B·T, and the token that follows at each. */
export interface LanguageModelBatch {
  /** [N] */
  ids: Int32Array;
  /** [N] */
  targets: Int32Array;
  /** [N] 1 / count where there is a token to predict, 0 on padding. Sums to 1. */
  weights: Float32Array;
  /** Predicted tokens of the batch. A mean over batches weighs each by it. */
  count: number;
}

const LineSchema = v.object({ text: v.pipe(v.string(), v.minLength(1)) });

/** @throws with the 1-based line number when a line is not `{ text }` */
export function parseTexts(jsonl: string): string[] {
  return jsonl.split('\n').flatMap((line, index) => {
    if (!line.trim()) return [];
    try {
      return [v.parse(LineSchema, JSON.parse(line)).text];
    } catch {
      throw new Error(`line ${index + 1}: expected {"text": …}`);
    }
  });
}

/**
 * The texts in order, one a row, `size` rows a batch. A text longer than `length` loses its end; one that fits is
 * followed by the end-of-sequence token as its last target, where the model has one.
 * @param size B @param length T
 */
export function* languageModelBatches(
  texts: readonly string[],
  tokenizer: Tokenizer,
  { padToken, eosToken }: Pick<LlamaConfig, 'padToken' | 'eosToken'>,
  size: number,
  length: number,
): Generator<LanguageModelBatch, void, void> {
  for (let start = 0; start < texts.length; start += size) {
    const sequences = texts
      .slice(start, start + size)
      .map((text) => [...tokenizer.encode(text), ...(eosToken === null ? [] : [eosToken])]);
    const predicted = sequences.map((sequence) => Math.min(length, sequence.length - 1));
    const count = predicted.reduce((sum, own) => sum + own, 0);
    const batch: LanguageModelBatch = {
      ids: new Int32Array(size * length).fill(padToken),
      targets: new Int32Array(size * length).fill(padToken),
      weights: new Float32Array(size * length),
      count,
    };
    for (const [row, sequence] of sequences.entries()) {
      const at = row * length;
      const own = predicted[row]!;
      batch.ids.set(sequence.slice(0, own), at);
      batch.targets.set(sequence.slice(1, own + 1), at);
      batch.weights.fill(1 / count, at, at + own);
    }
    yield batch;
  }
}
