/** A Llama-type decoder's `config.json`, validated. Field names are Hugging Face's. */
import * as v from 'valibot';
import type { LinearModule } from '../formats/recipe.ts';
import type { Shape } from '../graph/dtype.ts';

const size = v.pipe(v.number(), v.integer(), v.minValue(1));

const LlamaConfigSchema = v.pipe(
  v.object({
    model_type: v.literal('llama', 'only Llama-type models are supported'),
    hidden_act: v.optional(v.literal('silu', 'only the SiLU activation is supported'), 'silu'),
    vocab_size: size,
    hidden_size: size,
    intermediate_size: size,
    num_hidden_layers: size,
    num_attention_heads: size,
    num_key_value_heads: v.optional(size),
    head_dim: v.optional(v.nullable(size)),
    max_position_embeddings: v.optional(size, 2048),
    rms_norm_eps: v.optional(v.pipe(v.number(), v.gtValue(0)), 1e-6),
    rope_theta: v.optional(v.pipe(v.number(), v.gtValue(0)), 10000),
    tie_word_embeddings: v.optional(v.boolean(), false),
    attention_bias: v.optional(v.literal(false, 'attention biases are not supported'), false),
    mlp_bias: v.optional(v.literal(false, 'MLP biases are not supported'), false),
    rope_scaling: v.optional(v.null('RoPE scaling is not supported'), null),
    initializer_range: v.optional(v.pipe(v.number(), v.gtValue(0)), 0.02),
    bos_token_id: v.optional(v.nullable(v.number())),
    eos_token_id: v.optional(v.nullable(v.number())),
    pad_token_id: v.optional(v.nullable(v.number())),
  }),
  v.check(
    (c) => c.head_dim != null || c.hidden_size % c.num_attention_heads === 0,
    'hidden_size must be a multiple of num_attention_heads',
  ),
  v.check(
    (c) => (c.head_dim ?? c.hidden_size / c.num_attention_heads) % 2 === 0,
    'the size of a head must be even: rotary positions turn its two halves',
  ),
  v.check(
    (c) => c.num_attention_heads % (c.num_key_value_heads ?? c.num_attention_heads) === 0,
    'num_attention_heads must be a multiple of num_key_value_heads',
  ),
);

export interface LlamaConfig {
  vocabSize: number;
  /** D, the width of the residual stream. */
  hiddenSize: number;
  /** F, the width inside the MLP. */
  intermediateSize: number;
  layers: number;
  heads: number;
  /** Fewer than `heads` means grouped-query attention. */
  keyValueHeads: number;
  headSize: number;
  maxPositions: number;
  normEpsilon: number;
  ropeTheta: number;
  tiedEmbeddings: boolean;
  initializerRange: number;
  bosToken: number | null;
  eosToken: number | null;
  padToken: number;
}

/** @throws {v.ValiError} naming the field when the model is not one the engine can run exactly. */
export function parseLlamaConfig(json: unknown): LlamaConfig {
  const c = v.parse(LlamaConfigSchema, json);
  return {
    vocabSize: c.vocab_size,
    hiddenSize: c.hidden_size,
    intermediateSize: c.intermediate_size,
    layers: c.num_hidden_layers,
    heads: c.num_attention_heads,
    keyValueHeads: c.num_key_value_heads ?? c.num_attention_heads,
    headSize: c.head_dim ?? c.hidden_size / c.num_attention_heads,
    maxPositions: c.max_position_embeddings,
    normEpsilon: c.rms_norm_eps,
    ropeTheta: c.rope_theta,
    tiedEmbeddings: c.tie_word_embeddings,
    initializerRange: c.initializer_range,
    bosToken: c.bos_token_id ?? null,
    eosToken: c.eos_token_id ?? null,
    padToken: c.pad_token_id ?? 0,
  };
}

export const EMBEDDING = 'model.embed_tokens.weight';
export const FINAL_NORM = 'model.norm.weight';
export const LM_HEAD = 'lm_head.weight';

const ATTENTION_MODULES: ReadonlySet<LinearModule> = new Set([
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
]);

/** Path of a linear module in the checkpoint, without `.weight`. */
export function linearPath(layer: number, module: LinearModule): string {
  const parent = ATTENTION_MODULES.has(module) ? 'self_attn' : 'mlp';
  return `model.layers.${layer}.${parent}.${module}`;
}

/** Number of the block that a checkpoint tensor belongs to; null outside the blocks. */
export function layerOf(name: string): number | null {
  const match = /^model\.layers\.(\d+)\./.exec(name);
  return match ? Number(match[1]) : null;
}

/** [out, in] of a linear module's weight. */
export function linearShape(config: LlamaConfig, module: LinearModule): [number, number] {
  const { hiddenSize: d, intermediateSize: f, headSize } = config;
  switch (module) {
    case 'q_proj':
      return [config.heads * headSize, d];
    case 'k_proj':
    case 'v_proj':
      return [config.keyValueHeads * headSize, d];
    case 'o_proj':
      return [d, config.heads * headSize];
    case 'gate_proj':
    case 'up_proj':
      return [f, d];
    case 'down_proj':
      return [d, f];
  }
}

export interface NamedShape {
  name: string;
  shape: Shape;
  /** Weight of one of the decoder's linear modules: the tensors that quantisation and LoRA act on. */
  linear: boolean;
}

/** Every tensor of the checkpoint, in the order a forward pass meets them. */
export function checkpointTensors(config: LlamaConfig): NamedShape[] {
  const d = config.hiddenSize;
  const tensors: NamedShape[] = [{ name: EMBEDDING, shape: [config.vocabSize, d], linear: false }];
  for (let layer = 0; layer < config.layers; layer++) {
    const linear = (...modules: LinearModule[]) =>
      modules.forEach((module) =>
        tensors.push({
          name: `${linearPath(layer, module)}.weight`,
          shape: linearShape(config, module),
          linear: true,
        }),
      );
    const norm = (name: string) =>
      tensors.push({ name: `model.layers.${layer}.${name}.weight`, shape: [d], linear: false });
    norm('input_layernorm');
    linear('q_proj', 'k_proj', 'v_proj', 'o_proj');
    norm('post_attention_layernorm');
    linear('gate_proj', 'up_proj', 'down_proj');
  }
  tensors.push({ name: FINAL_NORM, shape: [d], linear: false });
  if (!config.tiedEmbeddings)
    tensors.push({ name: LM_HEAD, shape: [config.vocabSize, d], linear: false });
  return tensors;
}
