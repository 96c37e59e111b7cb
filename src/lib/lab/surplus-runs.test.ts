import { describe, expect, it } from 'vitest';
import { surplusRuns } from './surplus-runs.ts';

const DAY = 24 * 60 * 60_000;
const NOW = 1000 * DAY;
const run = (id: string, code: string, daysAgo: number, accuracy: number) => ({
  id,
  code,
  finishedAt: NOW - daysAgo * DAY,
  result: { after: { accuracy } },
});

describe('surplusRuns (K-8)', () => {
  it('keeps everything while there is room', () => {
    expect(surplusRuns([run('a', 'ABC234', 1, 0.5), run('b', 'lab', 400, 0.1)], NOW)).toEqual([]);
  });

  it('removes the least accurate, but never one of the newest', () => {
    const old = Array.from({ length: 20 }, (_, n) => run(`old${n}`, 'lab', 10 + n, 0.5 + n / 100));
    const poor = run('new', 'lab', 0, 0.01);
    expect(surplusRuns([...old, poor], NOW)).toEqual(['old4']);
  });

  it('counts each session by itself', () => {
    const of = (code: string) =>
      Array.from({ length: 15 }, (_, n) => run(`${code}${n}`, code, n, 0.5));
    expect(surplusRuns([...of('ABC234'), ...of('DEF567'), ...of('lab')], NOW)).toEqual([]);
  });

  it('forgets a session that is long over as a whole, and the lab never', () => {
    const runs = [
      run('a', 'ABC234', 61, 0.9),
      run('b', 'ABC234', 90, 0.9),
      run('c', 'DEF567', 90, 0.9),
      run('d', 'DEF567', 2, 0.1),
      run('e', 'lab', 300, 0.1),
    ];
    expect(surplusRuns(runs, NOW)).toEqual(['a', 'b']);
  });
});
