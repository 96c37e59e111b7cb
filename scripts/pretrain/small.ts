/** `config.json` of the base model `small`: 4.3 million parameters, twice as wide as `nano`. */
import { NANO } from './nano.ts';

export const SMALL = {
  ...NANO,
  hidden_size: 256,
  intermediate_size: 704,
  num_attention_heads: 8,
  num_key_value_heads: 8,
};
