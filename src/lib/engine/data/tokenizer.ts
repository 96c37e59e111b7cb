/** Text to token ids and back, from a Hugging Face `tokenizer.json`. */
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';

export interface Tokenizer {
  /** Ids with the begin-of-sequence token in front. */
  encode(text: string): number[];
  decode(ids: readonly number[]): string;
}

/** @param json parsed `tokenizer.json` */
export function createTokenizer(json: object, bosToken: number | null): Tokenizer {
  const inner = new HuggingFaceTokenizer(json, {});
  const lead = bosToken === null ? [] : [bosToken];
  return {
    encode: (text) => [...lead, ...inner.encode(text, { add_special_tokens: false }).ids],
    decode: (ids) => inner.decode([...ids], { skip_special_tokens: true }),
  };
}
