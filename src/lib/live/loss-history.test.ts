import { describe, expect, it } from 'vitest';
import { withLatest, type LossHistory } from './loss-history.ts';
import type { Progress } from './protocol.ts';

const progress = (change: Partial<Progress> = {}): Progress => ({
  runId: '5b0c7d9e-1f3a-4f43-9a52-6f1d2f1a0b10',
  step: 1,
  steps: 300,
  loss: 2.4,
  accuracy: null,
  tokensPerSecond: 900,
  backend: 'wasm',
  state: 'running',
  ...change,
});
const play = (...updates: Partial<Progress>[]): LossHistory =>
  updates.reduce<LossHistory>((seen, next) => withLatest(seen, { ada: progress(next) }), {});

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
    expect(seen.ada).toEqual({ runId: 'other', points: [{ x: 1, y: 2.4 }] });
    expect(withLatest(seen, {})).toEqual({});
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
