import { describe, expect, it } from 'vitest';
import { withLatest, type LossHistory } from './loss-history.ts';
import { progressOf } from './dashboard/testing.ts';
import type { Progress } from './protocol.ts';

const play = (...updates: Partial<Progress>[]): LossHistory =>
  updates.reduce<LossHistory>(
    (seen, next) => withLatest(seen, { ada: progressOf({ validatedAt: null, ...next }) }),
    {},
  );

describe('withLatest (T-2)', () => {
  it('gathers the losses of a run in the order of its steps, each once', () => {
    const seen = play({ step: 1, loss: 2 }, { step: 5, loss: 1 }, { step: 5, loss: 1 });
    expect(seen.ada?.points).toEqual([
      { x: 1, y: 2 },
      { x: 5, y: 1 },
    ]);
  });

  it('begins again with another run, and forgets who has left the telemetry', () => {
    const seen = play({ step: 9 }, { step: 1, runId: 'other' });
    expect(seen.ada).toEqual({ runId: 'other', points: [{ x: 1, y: 1.2 }], validation: [] });
    expect(withLatest(seen, {})).toEqual({});
  });

  it('gathers validations by the step that they were made after (H-6)', () => {
    const seen = play(
      { step: 0, loss: null, validatedAt: 0, validationLoss: 2.5 },
      { step: 61, validatedAt: 60, validationLoss: 0.9 },
      { step: 70, validatedAt: 60, validationLoss: 0.9 },
    );
    expect(seen.ada?.validation).toEqual([
      { x: 0, y: 2.5 },
      { x: 60, y: 0.9 },
    ]);
  });

  it('is the same object for a run that has said nothing new', () => {
    const latest = { ada: progressOf() };
    const seen = withLatest({}, latest);
    expect(withLatest(seen, latest).ada).toBe(seen.ada);
  });

  it('skips a loss that is no number and stays short however long the run', () => {
    const seen = play(
      { step: 1, loss: null },
      ...Array.from({ length: 500 }, (_, i) => ({ step: i + 1 })),
    );
    expect(seen.ada?.points.length).toBeLessThanOrEqual(120);
    expect(seen.ada?.points.at(-1)?.x).toBe(500);
  });
});
