/**
 * P-Tuning v2, Liu et al. 2022 (arXiv:2110.07602): trained keys and values at n positions in front of the text, in
 * every layer, trained directly.
 *
 * One tensor `prompt_embeddings` [n, 2·L·kv·size], as Python `peft` stores it: viewed as [n, 2L, kv, size], keys of
 * layer 0, values of layer 0, keys of layer 1, and so on. The keys stand as they are, without rotary positions; the
 * text's positions start at n.
 */
import type { Tape } from '../graph/autodiff.ts';
import * as f from '../graph/functions.ts';
import type { Tensor } from '../graph/graph.ts';
import type { LlamaConfig } from '../model/config.ts';
import type { LayerPrefix } from '../model/llama.ts';
import { untouched, type MethodDefinition, type MethodOf } from './method.ts';

export const PROMPT_EMBEDDINGS = 'prompt_embeddings';

/** Columns of the tensor: keys and values of every layer. */
export function prefixWidth({ layers, keyValueHeads, headSize }: LlamaConfig): number {
  return 2 * layers * keyValueHeads * headSize;
}

/** Each layer's keys and values [kv, n, size] out of the tensor [n, 2·L·kv·size]. */
export function layerPrefixes(
  tape: Tape,
  { layers, keyValueHeads, headSize }: LlamaConfig,
  embeddings: Tensor,
  length: number,
): LayerPrefix[] {
  const width = keyValueHeads * headSize;
  const part = (index: number) => {
    const columns = f.slice(tape, embeddings, 1, index * width, (index + 1) * width);
    const heads = f.reshape(tape, columns, [length, keyValueHeads, headSize]);
    return f.transpose(tape, heads, [1, 0, 2]);
  };
  return Array.from({ length: layers }, (_, layer) => ({
    keys: part(2 * layer),
    values: part(2 * layer + 1),
  }));
}

export const pTuningV2: MethodDefinition<MethodOf<'p-tuning-v2'>> = {
  ...untouched,
  headName: 'base_model.score.weight',

  trainables: (config, { length }) => [
    {
      name: PROMPT_EMBEDDINGS,
      shape: [length, prefixWidth(config)],
      initial: { kind: 'normal', deviation: 1 },
      decayed: true,
    },
  ],

  prefixLength: ({ length }) => length,

  prefix: (tape, { length }, { config, trained }) =>
    layerPrefixes(tape, config, trained(PROMPT_EMBEDDINGS), length),
};
