/**
 * Real models that no browser trains: Llama 2, by the `config.json` released with each (meta-llama/Llama-2-7b-hf,
 * -13b-hf and -70b-hf). The paper's table 1 has no widths (Touvron et al. 2023).
 */
import { parseLlamaConfig, type LlamaConfig } from '../engine/model/config.ts';

export const LARGE_MODEL_IDS = ['7b', '13b', '70b'] as const;
export type LargeModelId = (typeof LARGE_MODEL_IDS)[number];

const llama2 = (shape: Record<string, number>): LlamaConfig =>
  parseLlamaConfig({
    model_type: 'llama',
    vocab_size: 32_000,
    max_position_embeddings: 4096,
    rms_norm_eps: 1e-5,
    ...shape,
  });

export const LARGE_MODELS: Record<LargeModelId, { name: string; config: LlamaConfig }> = {
  '7b': {
    name: 'Llama 2 7B',
    config: llama2({
      hidden_size: 4096,
      intermediate_size: 11_008,
      num_hidden_layers: 32,
      num_attention_heads: 32,
    }),
  },
  '13b': {
    name: 'Llama 2 13B',
    config: llama2({
      hidden_size: 5120,
      intermediate_size: 13_824,
      num_hidden_layers: 40,
      num_attention_heads: 40,
    }),
  },
  '70b': {
    name: 'Llama 2 70B',
    config: llama2({
      hidden_size: 8192,
      intermediate_size: 28_672,
      num_hidden_layers: 80,
      num_attention_heads: 64,
      // Grouped-query attention.
      num_key_value_heads: 8,
    }),
  },
};
