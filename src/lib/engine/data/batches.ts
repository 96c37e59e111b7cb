/**
 * Turns examples into fixed-size batches, deterministically: the seed decides the order, whatever the method.
 * Texts are put into the task's template, and cut or padded to the sequence length.
 */
import { randomStream, shuffled } from './random.ts';
import { TEXT, type Example, type Task } from './task.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface EncodedExample {
  /** At most `length` ids, not padded. */
  ids: number[];
  label: number;
}

/** B sequences of T ids, N = B·T. */
export interface Batch {
  /** [N] */
  ids: Int32Array;
  /** [B] row of each sequence's last real token in the N rows. */
  last: Int32Array;
  /** [B] */
  labels: Int32Array;
  /** [B] 1 / real examples, and 0 for the rows that fill up a last, short batch. Sums to 1. */
  weights: Float32Array;
  /** Real examples in the batch. */
  count: number;
}

/**
 * Puts each text into the task's template. A text too long for `length` loses its end; the template never does.
 * @throws {RangeError} when the template alone takes `length` tokens or more: every text would be the same
 */
export function encodeExamples(
  examples: readonly Example[],
  task: Pick<Task, 'template'>,
  tokenizer: Tokenizer,
  length: number,
): EncodedExample[] {
  // The last place is the question's: a solved example in front of it may hold the same characters.
  const at = task.template.lastIndexOf(TEXT);
  const [before, after] = [task.template.slice(0, at), task.template.slice(at + TEXT.length)];
  // What follows the text is counted behind a word, where the tokenizer cuts as it does behind the text.
  const tail = tokenizer.encode(`a${after}`).length - tokenizer.encode('a').length;
  if (tokenizer.encode(before).length + tail >= length)
    throw new RangeError(`the task's template leaves no room for a text in ${length} tokens`);
  return examples.map(({ text, label }) => {
    const ids = tokenizer.encode(before + text + after);
    const fits = ids.length <= length;
    return {
      ids: fits ? ids : [...ids.slice(0, length - tail), ...ids.slice(ids.length - tail)],
      label,
    };
  });
}

/** @param examples at most `size`; missing rows are filled with padding that weighs nothing */
export function collate(
  examples: readonly EncodedExample[],
  size: number,
  length: number,
  padToken: number,
): Batch {
  const batch: Batch = {
    ids: new Int32Array(size * length).fill(padToken),
    last: new Int32Array(size),
    labels: new Int32Array(size),
    weights: new Float32Array(size),
    count: examples.length,
  };
  for (let row = 0; row < size; row++) {
    const example = examples[row];
    batch.ids.set(example?.ids ?? [], row * length);
    batch.last[row] = row * length + Math.max(0, (example?.ids.length ?? 1) - 1);
    batch.labels[row] = example?.label ?? 0;
    batch.weights[row] = example ? 1 / examples.length : 0;
  }
  return batch;
}

/** Endless training batches: each epoch is a fresh permutation, so every example is seen equally often. */
export function* trainingBatches(
  examples: readonly EncodedExample[],
  size: number,
  length: number,
  padToken: number,
  seed: number,
): Generator<Batch, never, void> {
  const random = randomStream(seed, 'data-order');
  let queue: EncodedExample[] = [];
  for (;;) {
    while (queue.length < size) queue = queue.concat(shuffled(examples, random));
    yield collate(queue.slice(0, size), size, length, padToken);
    queue = queue.slice(size);
  }
}

/** Examples in order, in batches; the last one may be short. */
export function* evaluationBatches(
  examples: readonly EncodedExample[],
  size: number,
  length: number,
  padToken: number,
): Generator<Batch, void, void> {
  for (let start = 0; start < examples.length; start += size)
    yield collate(examples.slice(start, start + size), size, length, padToken);
}
