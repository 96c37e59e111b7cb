/**
 * Prefix tuning, Li & Liang 2021 (arXiv:2101.00190): trained keys and values at n positions in front of the text, in
 * every layer. Trained directly they were found unstable, so an MLP makes them of a small embedding while
 * training: P = tanh(E·W₁ᵀ + b₁)·W₂ᵀ + b₂ with E [n, D]. Afterwards the MLP is folded away and P alone is kept, in
 * the form and under the name of P-Tuning v2, which trains it without one.
 *
 * The MLP is that of Python `peft`'s `PrefixEncoder` with `prefix_projection`, its initial values PyTorch's defaults.
 */
import type { Tape } from '../graph/autodiff.ts';
import * as f from '../graph/functions.ts';
import type { Tensor } from '../graph/graph.ts';
import {
  linearInitial,
  untouched,
  type Context,
  type MethodDefinition,
  type MethodOf,
} from './method.ts';
import { layerPrefixes, prefixWidth, PROMPT_EMBEDDINGS, pTuningV2 } from './p-tuning-v2.ts';

const EMBEDDING = 'prefix_encoder.embedding.weight';
const WEIGHT_IN = 'prefix_encoder.transform.0.weight';
const BIAS_IN = 'prefix_encoder.transform.0.bias';
const WEIGHT_OUT = 'prefix_encoder.transform.2.weight';
const BIAS_OUT = 'prefix_encoder.transform.2.bias';

/** P, [n, 2·L·kv·size]. */
function embeddings(tape: Tape, { trained }: Context): Tensor {
  const layer = (x: Tensor, weight: string, bias: string) =>
    f.add(tape, f.linear(tape, x, trained(weight)), trained(bias));
  const inner = f.tanh(tape, layer(trained(EMBEDDING), WEIGHT_IN, BIAS_IN));
  return layer(inner, WEIGHT_OUT, BIAS_OUT);
}

export const prefix: MethodDefinition<MethodOf<'prefix'>> = {
  ...untouched,
  headName: pTuningV2.headName,

  trainables(config, { length, hidden }) {
    const { hiddenSize: d } = config;
    const out = prefixWidth(config);
    const [first, second] = [linearInitial(d), linearInitial(hidden)];
    return [
      {
        name: EMBEDDING,
        shape: [length, d],
        initial: { kind: 'normal', deviation: 1 },
        decayed: true,
      },
      { name: WEIGHT_IN, shape: [hidden, d], initial: first, decayed: true },
      { name: BIAS_IN, shape: [hidden], initial: first, decayed: false },
      { name: WEIGHT_OUT, shape: [out, hidden], initial: second, decayed: true },
      { name: BIAS_OUT, shape: [out], initial: second, decayed: false },
    ];
  },

  prefixLength: ({ length }) => length,

  prefix: (tape, { length }, context) =>
    layerPrefixes(tape, context.config, embeddings(tape, context), length),

  exported: ({ length }) => ({ kind: 'p-tuning-v2', length }),

  fold: (tape, _method, context) => new Map([[PROMPT_EMBEDDINGS, embeddings(tape, context)]]),
};
