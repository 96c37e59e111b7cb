/**
 * Trains a byte-level BPE tokenizer (Sennrich et al. 2016; bytes as in GPT-2) and writes Hugging Face's
 * `tokenizer.json`. Merges are counted over distinct words, with an index from pair to words, so that each
 * merge touches only the words that hold it.
 */

/** Fixed ids: padding 0, begin 1, end 2. */
export const SPECIAL_TOKENS = ['<pad>', '<s>', '</s>'] as const;

/** GPT-2's splitting rule: contractions, words, numbers, punctuation, spaces; a word keeps its leading space. */
const PIECE = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** GPT-2's map from bytes to printable characters. */
function byteAlphabet(): string[] {
  const printable = (b: number) =>
    (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174 && b <= 255);
  let spare = 256;
  return Array.from({ length: 256 }, (_, b) => String.fromCodePoint(printable(b) ? b : spare++));
}

interface Word {
  symbols: string[];
  count: number;
}

/** @returns an object to be written as `tokenizer.json` */
export function trainTokenizer(texts: Iterable<string>, vocabularySize: number): object {
  const alphabet = byteAlphabet();
  const words = countWords(texts, alphabet);
  const pairs = new Map<string, { count: number; words: Set<number> }>();
  const key = (a: string, b: string) => `${a} ${b}`;
  const change = (word: number, sign: 1 | -1) => {
    const { symbols, count } = words[word]!;
    for (let i = 0; i + 1 < symbols.length; i++) {
      const pair = key(symbols[i]!, symbols[i + 1]!);
      let entry = pairs.get(pair);
      if (!entry) pairs.set(pair, (entry = { count: 0, words: new Set() }));
      entry.count += sign * count;
      if (sign > 0) entry.words.add(word);
    }
  };
  words.forEach((_, index) => change(index, 1));

  const merges: [string, string][] = [];
  while (SPECIAL_TOKENS.length + alphabet.length + merges.length < vocabularySize) {
    let best = '';
    let bestCount = 1;
    for (const [pair, { count }] of pairs)
      if (count > bestCount || (count === bestCount && pair < best)) {
        best = pair;
        bestCount = count;
      }
    if (!best) break;
    const [left, right] = best.split(' ') as [string, string];
    merges.push([left, right]);
    for (const index of pairs.get(best)!.words) {
      const word = words[index]!;
      if (!holds(word.symbols, left, right)) continue;
      change(index, -1);
      word.symbols = join(word.symbols, left, right);
      change(index, 1);
    }
    pairs.delete(best);
  }
  return tokenizerJson(alphabet, merges);
}

function countWords(texts: Iterable<string>, alphabet: readonly string[]): Word[] {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const [piece] of ` ${text}`.matchAll(PIECE))
      counts.set(piece, (counts.get(piece) ?? 0) + 1);
  const utf8 = new TextEncoder();
  return [...counts].map(([piece, count]) => ({
    symbols: Array.from(utf8.encode(piece), (byte) => alphabet[byte]!),
    count,
  }));
}

function holds(symbols: readonly string[], left: string, right: string): boolean {
  return symbols.some((symbol, i) => symbol === left && symbols[i + 1] === right);
}

function join(symbols: readonly string[], left: string, right: string): string[] {
  const out: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] === left && symbols[i + 1] === right) {
      out.push(left + right);
      i++;
    } else out.push(symbols[i]!);
  }
  return out;
}

function tokenizerJson(alphabet: readonly string[], merges: readonly [string, string][]): object {
  const tokens = [...SPECIAL_TOKENS, ...alphabet, ...merges.map(([a, b]) => a + b)];
  const byteLevel = {
    type: 'ByteLevel',
    add_prefix_space: true,
    trim_offsets: true,
    use_regex: true,
  };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: merges.map(([a, b]) => `${a} ${b}`),
    },
  };
}
