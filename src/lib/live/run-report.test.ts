import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { defaultRecipe } from '../engine/formats/recipe.ts';
import { tinyCounts } from '../engine/testing/tiny.ts';
import { totalBytes } from '../engine/train/count.ts';
import { IDLE, reduceRun, type RunAction, type RunState } from '../lab/run-state.ts';
import { ProgressSchema } from './protocol.ts';
import { progressReport } from './run-report.ts';

const id = '5b0c7d9e-1f3a-4f43-9a52-6f1d2f1a0b10';
const counts = tinyCounts();
type Event = Extract<RunAction, { type: 'event' }>['event'];

const step = (index: number, loss: number): Event => ({
  type: 'step',
  point: { step: index, loss, learningRate: 0.003, gradientNorm: 1 },
  steps: 300,
  tokensPerSecond: 8765.4,
  secondsLeft: 9,
});
const BEGINNING: Event[] = [
  { type: 'backend', choice: { backend: 'wasm', threads: 2, reason: '' } },
  { type: 'counts', counts },
];
const play = (events: Event[], from?: RunState): RunState =>
  events.reduce<RunState>(
    (run, event) => reduceRun(run, { type: 'event', event }),
    from ?? reduceRun(IDLE, { type: 'start', id, recipe: defaultRecipe() }),
  );

describe('what a device says of its run (T-7)', () => {
  it('is nothing before it is known where it trains and what that takes', () => {
    expect(progressReport(IDLE, 12)).toBeNull();
    expect(progressReport(play([]), 12)).toBeNull();
    expect(progressReport(play(BEGINNING.slice(0, 1)), 12)).toBeNull();
  });

  it('is few digits, the last validation with its step, and what the recipe takes', () => {
    const validation = { step: 0, loss: 3.18412345, accuracy: 0.0912698 };
    const run = play([...BEGINNING, { type: 'validation', validation }, step(1, 2.9123456)]);
    const report = progressReport(run, 12);
    expect(v.parse(ProgressSchema, report)).toEqual(report);
    expect(report).toEqual({
      runId: id,
      step: 1,
      steps: 300,
      loss: 2.912,
      accuracy: 0.09127,
      validationLoss: 3.184,
      validatedAt: 0,
      tokensPerSecond: 8800,
      backend: 'wasm',
      state: 'running',
      diagnosis: null,
      recipe: {
        method: 'lora',
        rank: 8,
        quantisation: 'fp32',
        trainable: counts.trainable,
        memory: totalBytes(counts.memory),
      },
    });
  });

  it('carries the diagnosis, and the end of a run that failed by its loss', () => {
    const flat = Array.from({ length: 120 }, (_, index) => step(index + 1, 2.5));
    const run = play([...BEGINNING, ...flat]);
    expect(progressReport(run, 12)).toMatchObject({ state: 'running', diagnosis: 'stalled' });
    const failed = reduceRun(run, { type: 'failed', message: 'No number.', again: false });
    expect(progressReport(failed, 12)).toMatchObject({ state: 'failed', diagnosis: 'diverged' });
  });
});
