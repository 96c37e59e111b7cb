import { describe, expect, it } from 'vitest';
import { TINY_TASK, tinyModel, tinyRecipe } from '../engine/testing/tiny.ts';
import { createNodeRuntime } from '../engine/runtime/node.ts';
import { probeSpeed } from './probe.ts';

const train = ['apple', 'bean', 'corn', 'date'].map((text, i) => ({ text, label: i % 2 }));

/** Probes the tiny model under a clock that goes on by one of `ticks` at each look, by the last for ever. */
async function probe(ticks: readonly number[], signal = new AbortController().signal) {
  let looks = 0;
  let time = 0;
  const speed = await probeSpeed({
    runtime: await createNodeRuntime({ threads: 1 }),
    base: tinyModel(),
    task: TINY_TASK,
    train,
    recipe: tinyRecipe({ kind: 'head' }),
    signal,
    now: () => (time += ticks[Math.min(looks++, ticks.length - 1)]!),
  });
  return { speed, looks };
}

describe('probeSpeed (L-9, L-13)', () => {
  it('takes the median of its steps and leaves the first out', async () => {
    // One look at the start, then two for each step: 900 ms for the first, then 10.
    const { speed, looks } = await probe([0, 0, 900, 10]);
    expect(speed).toMatchObject({ from: 'probe', base: 'tiny', secondsPerStep: 0.01 });
    expect(looks).toBe(1 + 2 * 7);
  });

  it('begins no step once two seconds have passed, and takes what there is', async () => {
    const { speed, looks } = await probe([0, 0, 900, 100, 500, 100, 500, 100, 500]);
    expect(looks).toBe(1 + 2 * 3);
    expect(speed?.secondsPerStep).toBe(0.5);
  });

  it('has the first step where a device managed no other', async () => {
    const { speed, looks } = await probe([0, 0, 2500]);
    expect(looks).toBe(1 + 2);
    expect(speed?.secondsPerStep).toBe(2.5);
  });

  it('says nothing when a run has begun', async () => {
    expect((await probe([0], AbortSignal.abort())).speed).toBeNull();
  });
});
