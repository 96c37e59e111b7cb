/**
 * Forward pass of a Llama-type decoder: RMSNorm, rotary positions, grouped-query attention, SwiGLU.
 *
 * Only the architecture is here. Where weights come from, which are trained and what a method adds to a
 * linear layer is decided by {@link Weights}. Agrees with `LlamaForCausalLM` of Hugging Face transformers;
 * rotary positions use its rotate-half convention.
 */
import type { LinearModule } from '../formats/recipe.ts';
import type { Tape } from '../graph/autodiff.ts';
import * as f from '../graph/functions.ts';
import type { Tensor } from '../graph/graph.ts';
import { EMBEDDING, FINAL_NORM, type LlamaConfig } from './config.ts';

export interface Weights {
  /** A checkpoint tensor that is not a linear module's: embedding or norm gain. */
  tensor(name: string): Tensor;
  /** x·Wᵀ of one linear module, with what the method adds. x [N,in] → [N,out] */
  project(x: Tensor, layer: number, module: LinearModule): Tensor;
}

/** Static sizes of one graph: B sequences of T tokens, N = B·T rows. */
export interface BatchShape {
  batch: number;
  length: number;
}

/** What a finite mask adds to a score to hide it; exp of it is 0 in float32. */
const HIDDEN = -1e9;

/**
 * Hidden states after the final norm. ids [N] int32 → [N,D].
 * Sequences are padded on the right: causal attention keeps padding away from every real token.
 */
export function decoder(
  tape: Tape,
  config: LlamaConfig,
  { batch, length }: BatchShape,
  ids: Tensor,
  weights: Weights,
  embeddingGradient: 'one-hot' | 'scatter' = 'one-hot',
): Tensor {
  const rows = batch * length;
  const { heads, keyValueHeads, headSize } = config;
  const rotary = rotaryTables(tape, config, length);
  const mask = causalMask(tape, length);
  const norm = (x: Tensor, name: string) =>
    f.rmsNorm(tape, x, weights.tensor(name), config.normEpsilon);

  /** [N, h·size] → [B,h,T,size] */
  const split = (x: Tensor, count: number) =>
    f.transpose(tape, f.reshape(tape, x, [batch, length, count, headSize]), [0, 2, 1, 3]);

  /** x cos + rotate-half(x) sin, the rotation written as a product with a constant matrix. */
  const rotate = (x: Tensor) =>
    f.add(
      tape,
      f.mul(tape, x, rotary.cos),
      f.mul(tape, f.matmul(tape, x, rotary.rotateHalf), rotary.sin),
    );

  /** Each key/value head serves heads / keyValueHeads query heads. [B,kv,T,size] → [B,h,T,size] */
  const repeat = (x: Tensor) => {
    if (keyValueHeads === heads) return x;
    const group = heads / keyValueHeads;
    const apart = f.reshape(tape, x, [batch, keyValueHeads, 1, length, headSize]);
    const wide = f.expand(tape, apart, [batch, keyValueHeads, group, length, headSize]);
    return f.reshape(tape, wide, [batch, heads, length, headSize]);
  };

  const attention = (x: Tensor, layer: number) => {
    const q = rotate(split(weights.project(x, layer, 'q_proj'), heads));
    const k = repeat(rotate(split(weights.project(x, layer, 'k_proj'), keyValueHeads)));
    const v = repeat(split(weights.project(x, layer, 'v_proj'), keyValueHeads));
    const scores = f.scale(
      tape,
      f.matmul(tape, q, f.transpose(tape, k, [0, 1, 3, 2])),
      1 / Math.sqrt(headSize),
    );
    const context = f.matmul(tape, f.softmax(tape, f.add(tape, scores, mask)), v);
    const merged = f.reshape(tape, f.transpose(tape, context, [0, 2, 1, 3]), [
      rows,
      heads * headSize,
    ]);
    return weights.project(merged, layer, 'o_proj');
  };

  const feedForward = (x: Tensor, layer: number) => {
    const gate = f.silu(tape, weights.project(x, layer, 'gate_proj'));
    const inner = f.mul(tape, gate, weights.project(x, layer, 'up_proj'));
    return weights.project(inner, layer, 'down_proj');
  };

  let x = f.embedding(tape, weights.tensor(EMBEDDING), ids, embeddingGradient);
  for (let layer = 0; layer < config.layers; layer++) {
    const name = (part: string) => `model.layers.${layer}.${part}.weight`;
    x = f.add(tape, x, attention(norm(x, name('input_layernorm')), layer));
    x = f.add(tape, x, feedForward(norm(x, name('post_attention_layernorm')), layer));
  }
  return norm(x, FINAL_NORM);
}

/** cos and sin [T,size], and the [size,size] matrix R with x·R = (−x₂, x₁) for halves x₁, x₂. */
function rotaryTables(tape: Tape, config: LlamaConfig, length: number) {
  const { headSize: size, ropeTheta } = config;
  const half = size / 2;
  const angle = (position: number, index: number) =>
    position / ropeTheta ** ((2 * (index % half)) / size);
  const table = (of: (angle: number) => number) =>
    Array.from({ length: length * size }, (_, i) => of(angle(Math.floor(i / size), i % size)));
  const rotation = new Float32Array(size * size);
  for (let i = 0; i < half; i++) {
    rotation[(i + half) * size + i] = -1;
    rotation[i * size + i + half] = 1;
  }
  const g = tape.graph;
  return {
    cos: g.share(`rope-cos:${length}`, (n) => g.weights(n, [length, size], table(Math.cos))),
    sin: g.share(`rope-sin:${length}`, (n) => g.weights(n, [length, size], table(Math.sin))),
    rotateHalf: g.share('rotate-half', (n) => g.weights(n, [size, size], rotation)),
  };
}

/** [T,T]: 0 where a token may look, {@link HIDDEN} at the tokens after it. */
function causalMask(tape: Tape, length: number): Tensor {
  const g = tape.graph;
  return g.share(`causal:${length}`, (name) =>
    g.weights(
      name,
      [length, length],
      Array.from({ length: length * length }, (_, i) =>
        i % length > Math.floor(i / length) ? HIDDEN : 0,
      ),
    ),
  );
}
