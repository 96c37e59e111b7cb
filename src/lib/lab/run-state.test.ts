import { describe, expect, it } from 'vitest';
import { defaultRecipe } from '../engine/formats/recipe.ts';
import { tinyCounts } from '../engine/testing/tiny.ts';
import type { RunEvent, RunResult } from '../engine/train/events.ts';
import {
  IDLE,
  isActive,
  progressOf,
  reduceRun,
  type RunAction,
  type RunState,
} from './run-state.ts';

const recipe = { ...defaultRecipe(), steps: 4 };
const start: RunAction = { type: 'start', id: 'run-1', recipe };
const event = (e: RunEvent): RunAction => ({ type: 'event', event: e });
const step = (n: number): RunAction =>
  event({
    type: 'step',
    point: { step: n, loss: 2, learningRate: 0.1, gradientNorm: 1 },
    steps: 4,
    tokensPerSecond: 1000,
    secondsLeft: 1,
  });
const play = (...actions: RunAction[]): RunState => actions.reduce(reduceRun, IDLE);

const result = {
  recipe,
  choice: { backend: 'wasm', threads: 1, reason: 'no adapter' },
  counts: tinyCounts(),
  seen: null,
  trace: [],
  validations: [],
  before: { step: 0, loss: 2.5, accuracy: 0.08 },
  after: { step: 4, loss: 1, accuracy: 0.7 },
  answers: [],
  general: null,
  trainingSeconds: 1,
  stopped: false,
  artifact: new Uint8Array(),
} satisfies RunResult;

describe('reduceRun', () => {
  it('goes from loading through training to finished', () => {
    const loading = play(start, event({ type: 'phase', phase: 'loading', loaded: 5, total: 10 }));
    expect(loading).toMatchObject({ state: 'preparing', phase: 'loading' });
    expect(progressOf(loading)).toBe(0.5);

    const training = play(start, event({ type: 'phase', phase: 'training' }), step(1), step(2));
    expect(training).toMatchObject({ state: 'training', live: { step: 2 } });
    expect(progressOf(training)).toBe(0.5);

    const finished = reduceRun(training, { type: 'done', result });
    expect(finished.state).toBe('finished');
    expect(progressOf(finished)).toBe(1);
  });

  it('keeps counting a stopping run and ends it when the worker says so', () => {
    const stopping = play(start, step(1), { type: 'stop' }, step(2));
    expect(stopping).toMatchObject({ state: 'stopping', live: { step: 2 } });
    expect(reduceRun(stopping, { type: 'done', result: { ...result, stopped: true } }).state).toBe(
      'finished',
    );
  });

  it('shows what was seen of the memory, as it was said last (L-21)', () => {
    const atPeak = { tensors: 8, staging: 1, uniforms: 0 };
    const seen = (peak: number) => event({ type: 'memory', seen: { live: 5, peak, atPeak } });
    expect(play(start)).toMatchObject({ live: { seen: null } });
    const training = play(start, seen(7), event({ type: 'phase', phase: 'training' }), seen(9));
    expect(training).toMatchObject({ state: 'training', live: { seen: { peak: 9 } } });
  });

  it('keeps what a failed run had seen', () => {
    const failed = play(start, step(1), {
      type: 'failed',
      message: 'The loss became NaN.',
      again: false,
    });
    expect(failed).toMatchObject({ state: 'failed', live: { step: 1 } });
  });

  it('ignores a second start, and messages that come after the end', () => {
    const training = play(start, step(1));
    expect(reduceRun(training, { ...start, id: 'run-2' })).toBe(training);
    const failed = reduceRun(training, { type: 'failed', message: 'x', again: false });
    expect(reduceRun(failed, step(2))).toBe(failed);
    expect(reduceRun(IDLE, step(1))).toBe(IDLE);
  });

  it('keeps a pass of validation inside training from looking like preparation', () => {
    const validating = play(start, step(1), event({ type: 'phase', phase: 'evaluating' }));
    expect(validating).toMatchObject({ state: 'training', phase: 'evaluating' });
    expect(isActive(validating)).toBe(true);
  });

  it('discards a run that had not begun to train', () => {
    expect(play(start, { type: 'discard' })).toBe(IDLE);
  });

  const from = {
    step: 2,
    trace: [1, 2].map((n) => ({ step: n, loss: 2, learningRate: 0.1, gradientNorm: 1 })),
    validations: [{ step: 0, loss: 2.5, accuracy: 0.08 }],
  };

  it('begins a resumed run with what it had, and says so (K-3)', () => {
    const resumed = play({ type: 'start', id: 'run-1', recipe, from });
    expect(resumed).toMatchObject({ state: 'preparing', live: { step: 2, resumedAt: 2 } });
    expect(progressOf(resumed)).toBe(0.5);
    const going = [event({ type: 'phase', phase: 'training' }), step(3)].reduce(reduceRun, resumed);
    expect(going).toMatchObject({ state: 'training', live: { step: 3 } });
  });

  it('stops a run that has trained and is being loaded again (L-5)', () => {
    const stopping = play({ type: 'start', id: 'run-1', recipe, from }, { type: 'stop' });
    expect(stopping).toMatchObject({ state: 'stopping', live: { step: 2 } });
    const loaded = reduceRun(stopping, event({ type: 'phase', phase: 'training' }));
    expect(loaded.state).toBe('stopping');
    expect(play(start, { type: 'stop' }).state).toBe('preparing');
  });

  it('takes back the steps after the checkpoint when the engine is lost (K-4)', () => {
    const loss = { backend: 'webgpu', step: 3, next: 'wasm' } as const;
    const lost = play(start, step(1), step(2), step(3), { type: 'recover', loss, from });
    expect(lost).toMatchObject({
      state: 'preparing',
      live: { step: 2, resumedAt: 2, losses: [loss] },
    });
    const again = play(start, step(1), { type: 'recover', loss, from: null });
    expect(again).toMatchObject({ live: { step: 0, trace: [], resumedAt: null } });
  });

  it('forgets where a lost engine ran until the next one says where it does (K-4)', () => {
    const loss = { backend: 'webgpu', step: 1, next: 'wasm' } as const;
    const choice = { backend: 'webgpu', threads: 1, reason: '' } as const;
    const lost = play(start, event({ type: 'backend', choice }), {
      type: 'recover',
      loss,
      from: null,
    });
    expect(lost).toMatchObject({ live: { choice: null } });
  });

  it('still stops a run whose engine was lost while it stopped', () => {
    const loss = { backend: 'wasm', step: 1, next: 'wasm' } as const;
    const run = play(start, step(1), { type: 'stop' }, { type: 'recover', loss, from: null });
    expect(run.state).toBe('stopping');
  });
});
