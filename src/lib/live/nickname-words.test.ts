import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ADJECTIVES, NOUNS, suggestNicknames } from './nickname-words.ts';

it('I-8: suggests different pairs of its words, and none that is taken', () => {
  fc.assert(
    fc.property(
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      (stream) => {
        const random = (): number => stream.next().value as number;
        const taken = new Set(suggestNicknames(() => false, random, 40));
        const names = suggestNicknames((name) => taken.has(name), random, 12);
        expect(new Set(names).size).toBe(12);
        for (const name of names) {
          const [adjective, noun] = name.split(' ');
          expect(ADJECTIVES).toContain(adjective);
          expect(NOUNS).toContain(noun);
          expect(taken.has(name)).toBe(false);
        }
      },
    ),
    { numRuns: 20 },
  );
});

it('I-8: gives what is left where nearly all are taken', () => {
  const left = new Set(['Quiet Otter', 'Brave Panda']);
  const names = suggestNicknames(
    (name) => !left.has(name),
    () => 0.5,
    12,
  );
  expect(new Set(names)).toEqual(left);
  expect(
    suggestNicknames(
      () => true,
      () => 0,
      3,
    ),
  ).toEqual([]);
});
