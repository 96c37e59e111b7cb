import { describe, expect, it } from 'vitest';
import { createTokenizer } from './tokenizer.ts';
import { collate, encodeExamples, evaluationBatches, trainingBatches } from './batches.ts';
import tokenizerJson from '../../../../static/models/nano/tokenizer.json' with { type: 'json' };

const examples = Array.from({ length: 10 }, (_, i) => ({ ids: [1, 10 + i], label: i }));
const labels = (count: number, seed: number) => {
  const batches = trainingBatches(examples, 4, 4, 0, seed);
  return Array.from({ length: count }, () => [...batches.next().value.labels]).flat();
};

describe('batches', () => {
  it('pads on the right and points at the last real token', () => {
    const batch = collate([{ ids: [1, 5, 6], label: 2 }], 2, 4, 0);
    expect([...batch.ids]).toEqual([1, 5, 6, 0, 0, 0, 0, 0]);
    expect([...batch.last]).toEqual([2, 4]);
    expect([...batch.weights]).toEqual([1, 0]);
  });

  it('repeats its order for a seed and changes it for another', () => {
    expect(labels(8, 1)).toEqual(labels(8, 1));
    expect(labels(8, 1)).not.toEqual(labels(8, 2));
  });

  it('shows every example once per epoch', () => {
    const seen = labels(5, 3); // two epochs
    expect(seen.slice(0, 10).toSorted((a, b) => a - b)).toEqual([...Array(10).keys()]);
    expect(seen.slice(10).toSorted((a, b) => a - b)).toEqual([...Array(10).keys()]);
  });

  it('covers every example once in evaluation', () => {
    const batches = [...evaluationBatches(examples, 4, 4, 0)];
    expect(batches.map(({ count }) => count)).toEqual([4, 4, 2]);
    expect(batches.flatMap(({ labels: l, count }) => [...l].slice(0, count))).toEqual([
      ...Array(10).keys(),
    ]);
  });

  describe('of texts in a template', () => {
    const tokenizer = createTokenizer(tokenizerJson, 1);
    const encode = (text: string, template: string, length: number) =>
      tokenizer.decode(
        encodeExamples([{ text, label: 0 }], { template }, tokenizer, length)[0]!.ids,
      );

    it('reads the text in the place the template keeps for it', () => {
      expect(encode('a small dog', 'It is {text}: a kind of', 32).trim()).toBe(
        'It is a small dog: a kind of',
      );
    });

    it('E-5: cuts the end of a long text and never the template', () => {
      const cut = encode('a very small dog that barks at night', '{text}: a kind of', 10).trim();
      expect(cut).toMatch(/^a very small.*: a kind of$/);
      expect(cut).not.toContain('night');
    });

    it('says so when the template leaves no room', () => {
      expect(() => encode('dog', '{text}: a kind of', 4)).toThrow(RangeError);
    });

    it('E-5: takes no template that fills the sequence: one token of each text is the least', () => {
      const template = '{text}: a kind of';
      const frame = tokenizer.encode('a: a kind of').length - 1;
      expect(() => encode('many dogs', template, frame)).toThrow(/leaves no room/);
      expect(encode('many dogs', template, frame + 1).trim()).toBe('many: a kind of');
    });
  });
});
