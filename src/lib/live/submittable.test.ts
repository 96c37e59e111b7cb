import { describe, expect, it } from 'vitest';
import { defaultRecipe } from '../engine/formats/recipe.ts';
import { defaultChallenge } from './challenge.ts';
import { SUBMISSION_GRACE_MS } from './closing.ts';
import { wholeRound } from './session.ts';
import { closingRounds, submittableRuns } from './submittable.ts';

const round = (id: string, endedAt: number | null) =>
  wholeRound({ id, number: 1, challenge: defaultChallenge(), startedAt: 0, endedAt });
const run = (id: string, accuracy: number, recipe = defaultRecipe()) => ({
  id,
  result: { recipe, after: { accuracy } as never },
});
const own = (...runs: ReturnType<typeof run>[]) => ({ runs, deliveries: {}, seqAt: () => 5 });
const sent = (runId: string, roundId: string) =>
  ({ runId, roundId, createdAt: 0, state: 'uploading', attempt: 1 }) as const;

describe('submittableRuns', () => {
  it('are those within the limits that were not sent, the best first', () => {
    const forbidden = { ...defaultRecipe(), steps: defaultChallenge().maxSteps + 1 };
    const runs = [run('low', 0.5), run('high', 0.7), run('long', 0.9, forbidden), run('sent', 0.8)];
    const found = submittableRuns(round('r1', null), {
      ...own(...runs),
      deliveries: { sent: sent('sent', 'r1') },
    });
    expect(found.map(({ id }) => id)).toEqual(['high', 'low']);
  });

  it('are not bound by what was locked after they began', () => {
    const locked = { ...round('r1', null), locks: { rank: { value: 1, seq: 6 } } } as never;
    expect(submittableRuns(locked, { ...own(run('early', 0.5)), seqAt: () => 5 })).toHaveLength(1);
    expect(submittableRuns(locked, { ...own(run('late', 0.5)), seqAt: () => 6 })).toHaveLength(0);
  });
});

describe('closingRounds', () => {
  const rounds = [round('r1', 1000), round('r2', null)];
  const at = (now: number, change = {}) =>
    closingRounds(rounds, {
      shown: ['r2'],
      own: own(run('a', 0.5)),
      training: false,
      now,
      ...change,
    }).map(({ id }) => id);

  it('are those the class has left for the next one, for as long as they take a run (U-12)', () => {
    expect(at(1001)).toEqual(['r1']);
    expect(at(1000 + SUBMISSION_GRACE_MS)).toEqual(['r1']);
    expect(at(1001 + SUBMISSION_GRACE_MS)).toEqual([]);
    expect(at(1001, { shown: ['r1', 'r2'] })).toEqual([]);
  });

  it('matter to who has a run for them, or one under way', () => {
    expect(at(1001, { own: own() })).toEqual([]);
    expect(at(1001, { own: own(), training: true })).toEqual(['r1']);
  });
});
