/** The corpus as one stream of `<s> text </s>`, tokenized once and kept; and the windows that steps read of it. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomStream } from '../../src/lib/engine/data/random.ts';
import { createTokenizer } from '../../src/lib/engine/data/tokenizer.ts';
import { bytesOf } from '../../src/lib/engine/graph/graph.ts';
import type { LlamaConfig } from '../../src/lib/engine/model/config.ts';
import type { BatchShape } from '../../src/lib/engine/model/llama.ts';
import { trainTokenizer } from './bpe.ts';
import { readCorpus } from './corpus.ts';

export interface TokenStream {
  train: Int32Array;
  heldOut: Int32Array;
}

/** The order of the texts in the stream, the same for every model. */
const SEED = 1;

/**
 * Reads the streams from `work`, or makes them, and `work/tokenizer.json` beside them.
 * @param tokenizerFile the tokenizer to use; null trains one on the corpus
 */
export function loadTokens(
  work: string,
  config: LlamaConfig,
  tokenizerFile: string | null,
): TokenStream {
  const files = { train: join(work, 'train.bin'), heldOut: join(work, 'held-out.bin') };
  const kept = join(work, 'tokenizer.json');
  if (![...Object.values(files), kept].every((file) => existsSync(file))) {
    console.log('reading WordNet and tokenizing it (about a minute)');
    const corpus = readCorpus();
    if (tokenizerFile) copyFileSync(tokenizerFile, kept);
    else writeFileSync(kept, JSON.stringify(trainTokenizer(corpus.train, config.vocabSize)) + '\n');
    const json = JSON.parse(readFileSync(kept, 'utf8')) as object;
    const tokenizer = createTokenizer(json, config.bosToken);
    const encode = (texts: readonly string[]) =>
      Int32Array.from(texts.flatMap((line) => [...tokenizer.encode(line), config.eosToken!]));
    writeFileSync(files.train, bytesOf(encode(shuffle(corpus.train))));
    writeFileSync(files.heldOut, bytesOf(encode(corpus.heldOut)));
  }
  return { train: readTokens(files.train), heldOut: readTokens(files.heldOut) };
}

function readTokens(path: string): Int32Array {
  const bytes = readFileSync(path);
  return new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function shuffle(texts: readonly string[]): string[] {
  const random = randomStream(SEED, 'corpus');
  return texts
    .map((line) => ({ line, at: random.uniform() }))
    .sort((a, b) => a.at - b.at)
    .map(({ line }) => line);
}

/** The windows of one training step, at random places that seed and step decide. */
export function randomWindows(tokens: Int32Array, shape: BatchShape, seed: number, step: number) {
  const random = randomStream(seed, `window/${step}`);
  return windows(tokens, shape, () => random.integer(tokens.length - shape.length - 1));
}

/** @param startOf the place in the stream that a row begins at @returns `ids` and `targets` [batch·length] */
export function windows(
  tokens: Int32Array,
  { batch, length }: BatchShape,
  startOf: (row: number) => number,
) {
  const ids = new Int32Array(batch * length);
  const targets = new Int32Array(batch * length);
  for (let row = 0; row < batch; row++) {
    const start = startOf(row);
    ids.set(tokens.subarray(start, start + length), row * length);
    targets.set(tokens.subarray(start + 1, start + 1 + length), row * length);
  }
  const shape = [batch * length];
  return { ids: { data: ids, shape }, targets: { data: targets, shape } };
}
