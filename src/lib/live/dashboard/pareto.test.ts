import { describe, expect, it } from 'vitest';
import { nearestMark } from '../../lab/pareto.ts';
import { defaultChallenge } from '../challenge.ts';
import { initialSession, reduceSession, type SessionEvent } from '../session.ts';
import { classPoints, paretoLayout, type ClassPoint } from './pareto.ts';
import { summaryName } from './summary-name.ts';
import { progressOf, SEATS } from './testing.ts';

const FRAME = { width: 420, height: 340, margin: { top: 20, right: 20, bottom: 40, left: 40 } };
const point = (
  participantId: string,
  accuracy: number,
  trainable: number,
  verified = true,
): ClassPoint => ({
  participantId,
  nickname: participantId,
  recipe: 'LoRA r=8',
  accuracy,
  trainable,
  memory: null,
  verified,
});

describe('the points of the class (H-7)', () => {
  const received = (
    submissionId: string,
    participantId: string,
    accuracy: number,
  ): SessionEvent => ({
    type: 'submission:received',
    at: 20,
    submissionId,
    participantId,
    roundId: 'r1',
    recipe: 'LoRA r=4',
    reportedAccuracy: accuracy,
    reportedTrainable: 40,
  });
  const session = [
    ...SEATS,
    {
      type: 'round:started',
      at: 10,
      round: { id: 'r1', number: 1, challenge: defaultChallenge(), startedAt: 10, endedAt: null },
    } as const,
    received('s1', 'ada', 0.99),
    {
      type: 'submission:verified',
      at: 21,
      submissionId: 's1',
      accuracy: 0.7,
      trainable: 30,
      memory: 3e7,
    } as const,
    received('s2', 'ada', 0.95),
    received('s3', 'bob', 0.8),
  ].reduce(
    (state, event, index) => reduceSession(state, { seq: index + 1, event }),
    initialSession('ABC234', 'Class'),
  );

  it('are one a student: verified before provisional, then what ended on the device', () => {
    const finished = progressOf({ state: 'finished', accuracy: 0.6 });
    const points = classPoints(session, { bob: progressOf(), cleo: finished, dora: progressOf() });
    expect(points).toMatchObject([
      { participantId: 'ada', accuracy: 0.7, trainable: 30, memory: 3e7, verified: true },
      { participantId: 'bob', accuracy: 0.8, trainable: 40, memory: null, verified: false },
      { participantId: 'cleo', accuracy: 0.6, recipe: 'LoRA r=8', memory: 3e7, verified: false },
    ]);
  });
});

describe('the plot (H-7)', () => {
  it('draws the frontier of verified points alone, by steps', () => {
    const layout = paretoLayout(
      [
        point('cheap', 0.5, 1_000),
        point('beaten', 0.45, 2_000),
        point('good', 0.7, 10_000),
        point('same', 0.7, 20_000),
        point('best', 0.8, 1_000_000),
        point('boast', 0.99, 1_000, false),
      ],
      'trainable',
      FRAME,
    );
    expect(layout.best).toEqual(['cheap', 'good', 'best']);
    expect(layout.frontier).toHaveLength(5);
    const [, corner, good] = layout.frontier;
    expect(corner?.x).toBe(good?.x);
    expect(corner?.y).toBe(layout.frontier[0]?.y);
    expect(layout.xTicks).toEqual([1_000, 10_000, 100_000, 1_000_000]);
    expect(layout.x(1_000)).toBeCloseTo(40);
    expect(layout.x(1_000_000)).toBeCloseTo(400);
    expect(layout.y.domain).toEqual([0.4, 1]);
  });

  it('leaves out what has no such figure, and stands empty', () => {
    expect(paretoLayout([point('a', 0.5, 100)], 'memory', FRAME).marks).toEqual([]);
    const { xTicks, frontier } = paretoLayout([], 'trainable', FRAME);
    expect([xTicks.length, frontier.length]).toEqual([2, 0]);
  });

  it('finds the point under a finger (H-8)', () => {
    const { marks } = paretoLayout(
      [point('a', 0.5, 100), point('b', 0.9, 1e6)],
      'trainable',
      FRAME,
    );
    const [a] = marks;
    expect(nearestMark(marks, { x: a!.x + 5, y: a!.y - 5 }, 18)?.point.participantId).toBe('a');
    expect(nearestMark(marks, { x: a!.x + 60, y: a!.y }, 18)).toBeNull();
  });
});

it('names a recipe by its summary as a board does (H-8)', () => {
  const { recipe } = progressOf();
  expect(summaryName(recipe)).toBe('LoRA r=8');
  expect(summaryName({ ...recipe, quantisation: 'nf4' })).toBe('LoRA r=8 · NF4');
  expect(summaryName({ ...recipe, method: 'full', rank: null })).toBe('Full');
});
