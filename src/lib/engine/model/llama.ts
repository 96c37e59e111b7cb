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
import { dim, type Graph, type Tensor } from '../graph/graph.ts';
import { EMBEDDING, FINAL_NORM, type LlamaConfig } from './config.ts';

export type Sublayer = 'attention' | 'mlp';

/** Keys and values that stand in front of a layer's own, [kv, n, size] each. */
export interface LayerPrefix {
  keys: Tensor;
  values: Tensor;
}

/**
 * Where the decoder gets its weights and what a method does with them. A block may be built on a tape of its
 * own (see {@link Tape.checkpoint}), so each call is told which tape records it.
 */
export interface Weights {
  /** A checkpoint tensor that is not a linear module's: embedding or norm gain. */
  tensor(name: string): Tensor;
  /** x·Wᵀ of one linear module, with what the method adds. x [N,in] → [N,out] */
  project(tape: Tape, x: Tensor, layer: number, module: LinearModule): Tensor;
  /** What is added to the residual stream for a sublayer's output x. [N,D] → [N,D] */
  behind?(tape: Tape, x: Tensor, layer: number, sublayer: Sublayer): Tensor;
  /** One entry a layer, all of one length n; empty or left out where nothing stands in front. */
  prefix?: readonly LayerPrefix[];
}

/** Sees values of the forward pass on their way, and changes none. */
export interface Probe {
  /** The residual stream behind this many blocks; 0 is the embeddings. x [N,D] */
  residual(blocks: number, x: Tensor): void;
  /** One linear module's input x [N,in] and output y [N,out]. */
  linear(layer: number, module: LinearModule, x: Tensor, y: Tensor): void;
  /** Scaled products of queries and keys before the mask, and after it and the softmax. Both [B,h,T,n+T] */
  attention(layer: number, scores: Tensor, weights: Tensor): void;
}

export interface DecoderOptions {
  /** How the embedding's gradient is computed: see {@link f.embedding}. */
  embeddingGradient?: 'one-hot' | 'scatter';
  /** Activation checkpointing: blocks are computed again for the backward pass. */
  recompute?: boolean;
  /** Not together with `recompute`, which builds each block twice. */
  probe?: Probe;
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
  outer: Tape,
  config: LlamaConfig,
  shape: BatchShape,
  ids: Tensor,
  given: Weights,
  { embeddingGradient = 'one-hot', recompute = false, probe }: DecoderOptions = {},
): Tensor {
  const weights = probe ? probed(given, probe) : given;
  const gain = (layer: number, part: string) => `model.layers.${layer}.${part}.weight`;
  const norm = (tape: Tape, x: Tensor, name: string) =>
    f.rmsNorm(tape, x, weights.tensor(name), config.normEpsilon);

  const block = (tape: Tape, x: Tensor, layer: number) => {
    const behind = (y: Tensor, sublayer: Sublayer) =>
      f.add(tape, x, weights.behind?.(tape, y, layer, sublayer) ?? y);
    const normed = norm(tape, x, gain(layer, 'input_layernorm'));
    x = behind(attention(tape, config, shape, normed, layer, weights, probe), 'attention');
    const again = norm(tape, x, gain(layer, 'post_attention_layernorm'));
    return behind(feedForward(tape, again, layer, weights), 'mlp');
  };

  let x = f.embedding(outer, weights.tensor(EMBEDDING), ids, embeddingGradient);
  probe?.residual(0, x);
  for (let layer = 0; layer < config.layers; layer++) {
    x = recompute
      ? outer.checkpoint([x], (tape, [input]) => block(tape, input!, layer))
      : block(outer, x, layer);
    probe?.residual(layer + 1, x);
  }
  return norm(outer, x, FINAL_NORM);
}

function probed(weights: Weights, probe: Probe): Weights {
  return {
    ...weights,
    project(tape, x, layer, module) {
      const y = weights.project(tape, x, layer, module);
      probe.linear(layer, module, x, y);
      return y;
    },
  };
}

/** Grouped-query attention with rotary positions. x [N,D] → [N,D] */
function attention(
  tape: Tape,
  config: LlamaConfig,
  { batch, length }: BatchShape,
  x: Tensor,
  layer: number,
  weights: Weights,
  probe?: Probe,
): Tensor {
  const { heads, keyValueHeads, headSize } = config;
  const prefix = weights.prefix?.[layer];
  const before = prefix ? dim(prefix.keys, 1) : 0;
  const rotary = rotaryTables(tape.graph, config, length, before);

  /** [N, h·size] → [B,h,T,size] */
  const split = (y: Tensor, count: number) =>
    f.transpose(tape, f.reshape(tape, y, [batch, length, count, headSize]), [0, 2, 1, 3]);

  /** x cos + rotate-half(x) sin, the rotation written as a product with a constant matrix. */
  const rotate = (y: Tensor) =>
    f.add(
      tape,
      f.mul(tape, y, rotary.cos),
      f.mul(tape, f.matmul(tape, y, rotary.rotateHalf), rotary.sin),
    );

  /** What the prefix holds, in front: the same for every sequence. [kv,n,size] and [B,kv,T,size] → [B,kv,n+T,size] */
  const preceded = (y: Tensor, part: keyof LayerPrefix) => {
    if (!prefix) return y;
    const once = f.reshape(tape, prefix[part], [1, keyValueHeads, before, headSize]);
    const repeated = f.expand(tape, once, [batch, keyValueHeads, before, headSize]);
    return f.concat(tape, [repeated, y], 2);
  };

  /** Each key/value head serves heads / keyValueHeads query heads. [B,kv,S,size] → [B,h,S,size] */
  const repeat = (y: Tensor) => {
    if (keyValueHeads === heads) return y;
    const group = heads / keyValueHeads;
    const total = dim(y, 2);
    const apart = f.reshape(tape, y, [batch, keyValueHeads, 1, total, headSize]);
    const wide = f.expand(tape, apart, [batch, keyValueHeads, group, total, headSize]);
    return f.reshape(tape, wide, [batch, heads, total, headSize]);
  };

  const project = (module: LinearModule) => weights.project(tape, x, layer, module);
  const q = rotate(split(project('q_proj'), heads));
  const k = repeat(preceded(rotate(split(project('k_proj'), keyValueHeads)), 'keys'));
  const v = repeat(preceded(split(project('v_proj'), keyValueHeads), 'values'));
  const products = f.matmul(tape, q, f.transpose(tape, k, [0, 1, 3, 2]));
  const scores = f.scale(tape, products, 1 / Math.sqrt(headSize));
  const shown = f.add(tape, scores, causalMask(tape.graph, length, before));
  const attended = f.softmax(tape, shown);
  probe?.attention(layer, scores, attended);
  const context = f.matmul(tape, attended, v);
  const merged = f.reshape(tape, f.transpose(tape, context, [0, 2, 1, 3]), [
    batch * length,
    heads * headSize,
  ]);
  return weights.project(tape, merged, layer, 'o_proj');
}

/** SwiGLU. x [N,D] → [N,D] */
function feedForward(tape: Tape, x: Tensor, layer: number, weights: Weights): Tensor {
  const gate = f.silu(tape, weights.project(tape, x, layer, 'gate_proj'));
  const inner = f.mul(tape, gate, weights.project(tape, x, layer, 'up_proj'));
  return weights.project(tape, inner, layer, 'down_proj');
}

/**
 * cos and sin [T,size], and the [size,size] matrix R with x·R = (−x₂, x₁) for halves x₁, x₂.
 * @param first position of the first token
 */
function rotaryTables(g: Graph, config: LlamaConfig, length: number, first: number) {
  const { headSize: size, ropeTheta } = config;
  const half = size / 2;
  const angle = (position: number, index: number) =>
    position / ropeTheta ** ((2 * (index % half)) / size);
  const table = (name: string, of: (angle: number) => number) =>
    g.share(`rope-${name}:${first}+${length}`, (n) =>
      g.weights(n, [length, size], () =>
        Array.from({ length: length * size }, (_, i) =>
          of(angle(first + Math.floor(i / size), i % size)),
        ),
      ),
    );
  const rotation = new Float32Array(size * size);
  for (let i = 0; i < half; i++) {
    rotation[(i + half) * size + i] = -1;
    rotation[i * size + i + half] = 1;
  }
  return {
    cos: table('cos', Math.cos),
    sin: table('sin', Math.sin),
    rotateHalf: g.share('rotate-half', (n) => g.weights(n, [size, size], rotation)),
  };
}

/** [T,n+T]: 0 where a token may look, {@link HIDDEN} at the tokens after it. The n in front are seen by all. */
function causalMask(g: Graph, length: number, before: number): Tensor {
  const total = before + length;
  return g.share(`causal:${before}+${length}`, (name) =>
    g.weights(name, [length, total], () =>
      Array.from({ length: length * total }, (_, i) =>
        (i % total) - before > Math.floor(i / total) ? HIDDEN : 0,
      ),
    ),
  );
}
