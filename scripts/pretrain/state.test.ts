import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { firstState, loadState, saveState } from './state.ts';
import { randomWindows } from './tokens.ts';

const folder = mkdtempSync(join(tmpdir(), 'pretrain-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the state of a pretraining run', () => {
  it('comes back as it was saved, before the first step too', () => {
    const file = join(folder, 'state.bin');
    expect(loadState(file)).toBeNull();
    const first = firstState(Float32Array.of(1.5, -2, 0.25));
    saveState(file, first);
    expect(loadState(file)).toEqual(first);
    const later = {
      ...first,
      step: 700,
      moment1: Float32Array.of(0.1, 0.2, 0.3),
      moment2: Float32Array.of(1e-12, 2, 3),
      loss: 2.5,
      heldOut: [{ step: 500, loss: 3.4 }],
    };
    saveState(file, later);
    expect(loadState(file)).toEqual(later);
  });

  it('refuses a head that would run into the vectors', () => {
    const heldOut = Array.from({ length: 1000 }, (_, step) => ({ step, loss: 3.3333 }));
    const state = { ...firstState(Float32Array.of(1)), heldOut };
    expect(() => saveState(join(folder, 'long.bin'), state)).toThrow(/head/);
  });
});

describe('the windows of a step', () => {
  const tokens = Int32Array.from({ length: 500 }, (_, i) => i);
  const shape = { batch: 3, length: 5 };

  it('have as targets the tokens that follow', () => {
    const { ids, targets } = randomWindows(tokens, shape, 1, 1);
    expect(ids.shape).toEqual([15]);
    expect(targets.data).toEqual(ids.data.map((id) => id + 1));
  });

  it('follow from seed and step alone', () => {
    const of = (seed: number, step: number) => randomWindows(tokens, shape, seed, step).ids.data;
    expect(of(2, 7)).toEqual(of(2, 7));
    expect(of(2, 7)).not.toEqual(of(2, 8));
    expect(of(2, 7)).not.toEqual(of(1, 7));
  });
});
