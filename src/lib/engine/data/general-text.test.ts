import { describe, expect, it } from 'vitest';
import tokenizerJson from '../../../../static/models/nano/tokenizer.json' with { type: 'json' };
import { languageModelBatches, parseTexts } from './general-text.ts';
import { createTokenizer, type Tokenizer } from './tokenizer.ts';

/** One token a letter, `a` is 10; 1 begins a sequence. */
const letters: Tokenizer = {
  encode: (text) => [1, ...[...text].map((letter) => letter.charCodeAt(0) - 87)],
  decode: () => '',
};
const config = { padToken: 0, eosToken: 2 };
const batches = (texts: string[], size: number, length: number, eosToken: number | null = 2) => [
  ...languageModelBatches(texts, letters, { ...config, eosToken }, size, length),
];

describe('D-7: general text as windows', () => {
  it('predicts each next token and the end, and nothing on padding', () => {
    const [batch] = batches(['ab', 'c'], 2, 4);
    expect([...batch!.ids]).toEqual([1, 10, 11, 0, 1, 12, 0, 0]);
    expect([...batch!.targets]).toEqual([10, 11, 2, 0, 12, 2, 0, 0]);
    expect(batch!.count).toBe(5);
    const fifth = Math.fround(1 / 5);
    expect([...batch!.weights]).toEqual([fifth, fifth, fifth, 0, fifth, fifth, 0, 0]);
  });

  it('cuts a long text, which then has no end to predict', () => {
    const [batch] = batches(['abcdef'], 1, 3);
    expect([...batch!.ids]).toEqual([1, 10, 11]);
    expect([...batch!.targets]).toEqual([10, 11, 12]);
  });

  it('predicts no end for a model without such a token', () => {
    const [batch] = batches(['ab'], 1, 4, null);
    expect([...batch!.targets]).toEqual([10, 11, 0, 0]);
    expect(batch!.count).toBe(2);
  });

  it('keeps the order and fills a last, short batch with rows that weigh nothing', () => {
    const all = batches(['a', 'b', 'c'], 2, 2);
    expect(all.map(({ count }) => count)).toEqual([4, 2]);
    expect([...all[1]!.ids]).toEqual([1, 12, 0, 0]);
    for (const { weights } of all)
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1);
  });

  it('has as many targets as the real tokenizer has tokens after the first', () => {
    const tokenizer = createTokenizer(tokenizerJson, 1);
    const text = 'dog, domestic dog: a member of the genus Canis';
    const [batch] = [...languageModelBatches([text], tokenizer, config, 1, 64)];
    expect(batch!.count).toBe(tokenizer.encode(text).length);
    expect(tokenizer.decode([...batch!.targets.subarray(0, batch!.count - 1)]).trim()).toBe(text);
  });
});

describe('parseTexts', () => {
  it('reads one text a line and passes over blank ones', () => {
    expect(parseTexts('{"text":"one"}\n\n{"text":"two","more":1}\n')).toEqual(['one', 'two']);
  });

  it.each(['{"text":""}', '{"label":"x"}', '{', '"text"'])('names the line of %s', (line) => {
    expect(() => parseTexts(`{"text":"one"}\n${line}`)).toThrow('line 2');
  });
});
