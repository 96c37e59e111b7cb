/**
 * What the figures of lesson 04 draw that is neither measured nor computed in them. A test holds the first three
 * against the files and the engine that they are of; the last are cited, each beside its source in the lesson.
 */

/** static/models/nano: `config.json` and, for the tokens, `training.json`. */
export const NANO = { layers: 4, width: 128, inner: 352, pretrainingTokens: 49_152_000 } as const;

/** One run of the measured table: updates, texts in each, tokens in each text, padding included. */
export const MEASURED_RUN = { steps: 300, batch: 16, length: 32 } as const;

/** What the codes of symmetric int4 stand for, as a share of the block's largest weight. */
export const INT4_LEVELS: readonly number[] = Array.from(
  { length: 15 },
  (_, code) => (code - 7) / 7,
);

/** LLaMA-7B: Touvron et al. 2023, table 2. */
export const LLAMA_7B = { parameters: 6.7e9, width: 4096 } as const;

/** Bytes a parameter of AdamW in mixed precision: Rajbhandari et al. 2020, section 3.1. */
export const MIXED_PRECISION = { weight: 2, gradient: 2, optimiser: 12 } as const;

/** LLaMA-7B in 4 bits and an adapter for it, in bytes: Dettmers et al. 2023, section 2. */
export const QLORA_7B = { base: 5048e6, adapter: 26e6 } as const;
