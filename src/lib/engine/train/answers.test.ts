import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseAnswers } from './answers.ts';

const task = { labels: ['a', 'b', 'c'] };
const examples = (...labels: number[]) =>
  labels.map((label, index) => ({ text: `text ${index}`, label }));
const kinds = (answers: ReturnType<typeof chooseAnswers>) =>
  answers.map(({ label, before, after }) => `${before === label} → ${after === label}`);

describe('chooseAnswers (L-10)', () => {
  it('shows what was learnt, kept, lost and never right, in this order', () => {
    const labels = [0, 0, 0, 0, 0, 0, 0, 0];
    const before = [1, 1, 1, 0, 0, 1, 1, 1];
    const after_ = [1, 0, 0, 0, 1, 1, 1, 0];
    expect(kinds(chooseAnswers(task, examples(...labels), before, after_))).toEqual([
      'false → true',
      'false → true',
      'true → true',
      'true → false',
      'false → false',
      'false → false',
    ]);
  });

  it('spreads over labels before it repeats one', () => {
    const labels = [0, 0, 0, 0, 0, 0, 0, 0, 1, 2];
    const none = labels.map((label) => (label + 1) % 3);
    const shown = chooseAnswers(task, examples(...labels), none, labels);
    expect(new Set(shown.map(({ label }) => label))).toEqual(new Set(['a', 'b', 'c']));
  });

  it('makes up for a kind that is missing, and takes all of few examples', () => {
    const labels = [0, 1, 2, 0, 1, 2, 0];
    expect(chooseAnswers(task, examples(...labels), labels, labels)).toHaveLength(6);
    expect(chooseAnswers(task, examples(0, 1), [0, 0], [0, 1])).toHaveLength(2);
  });

  it('is the same for the same answers, and names no example twice', () => {
    const rows = fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)), { maxLength: 40 });
    fc.assert(
      fc.property(rows, (all) => {
        const choose = () =>
          chooseAnswers(
            task,
            examples(...all.map(([label]) => label)),
            all.map(([, before]) => before),
            all.map(([, , after]) => after),
          );
        const texts = choose().map(({ text }) => text);
        expect(new Set(texts).size).toBe(texts.length);
        expect(texts).toHaveLength(Math.min(6, all.length));
        expect(choose()).toEqual(choose());
      }),
    );
  });
});
