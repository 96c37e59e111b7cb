import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareEntries, rank, type Entry } from './rank.ts';

const entry = (change: Partial<Entry>): Entry => ({
  submissionId: 's',
  participantId: 'p',
  nickname: 'Ada',
  recipe: 'LoRA r=8',
  status: 'verified',
  accuracy: 0.5,
  trainable: 1000,
  submittedAt: 1,
  reason: null,
  ...change,
});

const entries = fc.uniqueArray(
  fc.record({
    submissionId: fc.uuid(),
    participantId: fc.constantFrom('a', 'b', 'c', 'd'),
    nickname: fc.constant('x'),
    recipe: fc.constant('x'),
    status: fc.constantFrom('verified', 'provisional', 'rejected'),
    accuracy: fc.option(fc.constantFrom(0, 0.5, 1)),
    trainable: fc.option(fc.constantFrom(10, 20)),
    submittedAt: fc.constantFrom(1, 2),
    reason: fc.constant(null),
  }) as fc.Arbitrary<Entry>,
  { selector: (made) => made.submissionId },
);

describe('rank', () => {
  it('orders by verified accuracy, then fewer parameters, then earlier', () => {
    const rows = rank([
      entry({ participantId: 'late', submittedAt: 3 }),
      entry({ participantId: 'big', trainable: 2000, submittedAt: 0 }),
      entry({ participantId: 'best', accuracy: 0.6, trainable: 9e6, submittedAt: 9 }),
      entry({ participantId: 'early', submittedAt: 2 }),
    ]);
    expect(rows.map((row) => [row.participantId, row.rank])).toEqual([
      ['best', 1],
      ['early', 2],
      ['late', 3],
      ['big', 4],
    ]);
  });

  it('gives each person one row, and keeps a verified entry above a later, better claim (R-3)', () => {
    const [row, ...others] = rank([
      entry({ submissionId: 'claimed', status: 'provisional', accuracy: 1 }),
      entry({ submissionId: 'proved', accuracy: 0.4 }),
    ]);
    expect(row?.submissionId).toBe('proved');
    expect(others).toEqual([]);
  });

  it('never puts an unverified row above a verified one, and gives it no rank', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const ranked = rank(all);
        const verified = ranked.filter((row) => row.status === 'verified');
        expect(ranked.slice(0, verified.length)).toEqual(verified);
        expect(ranked.map((row) => row.rank)).toEqual(
          ranked.map((_, index) => (index < verified.length ? index + 1 : null)),
        );
        expect(new Set(ranked.map((row) => row.participantId)).size).toBe(ranked.length);
      }),
    );
  });

  it('is a total order that input order does not change', () => {
    fc.assert(
      fc.property(entries, (all) => {
        expect(rank([...all].reverse())).toEqual(rank(all));
        const sign = (a: Entry, b: Entry) => Math.sign(compareEntries(a, b));
        for (const a of all) for (const b of all) expect(sign(a, b) + sign(b, a)).toBe(0);
      }),
    );
  });
});
