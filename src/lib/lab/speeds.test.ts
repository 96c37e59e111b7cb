import { describe, expect, it } from 'vitest';
import { defaultRecipe, type Recipe } from '../engine/formats/recipe.ts';
import { tinyCounts } from '../engine/testing/tiny.ts';
import { describeEstimate } from './run-words.ts';
import { estimateRun, remember, speedOf, speedOfRun, type Speed } from './speeds.ts';

const WASM = { backend: 'wasm', threads: 2 } as const;
const lora = (change: Partial<Recipe> = {}): Recipe => ({ ...defaultRecipe(), ...change });
const speed = (
  recipe: Recipe,
  secondsPerStep: number,
  multiplications = 100,
  from: Speed['from'] = 'run',
  device: Pick<Speed, 'backend' | 'threads'> = WASM,
) => speedOf(from, recipe, { multiplications }, device, secondsPerStep);

describe('estimateRun (L-9)', () => {
  it('says nothing before anything was measured', () => {
    expect(estimateRun([], lora(), { multiplications: 100 })).toBeNull();
  });

  it('takes the last run of the same kind, times the steps', () => {
    const speeds = [
      speed(defaultRecipe('full'), 9),
      speed(lora(), 0.1),
      speed(lora(), 5, 100, 'probe'),
    ];
    expect(estimateRun(speeds, lora({ steps: 300 }), { multiplications: 100 })).toMatchObject({
      seconds: 30,
      from: 'run',
      sameKind: true,
    });
  });

  it('scales another recipe by what the two compute', () => {
    const estimate = estimateRun([speed(lora(), 0.1, 100)], defaultRecipe('full'), {
      multiplications: 160,
    });
    expect(estimate).toMatchObject({ sameKind: false });
    expect(estimate?.secondsPerStep).toBeCloseTo(0.16);
  });

  it('uses the timed steps while no run has been finished', () => {
    const speeds = [speed(lora(), 0.2, 100, 'probe')];
    expect(estimateRun(speeds, lora(), { multiplications: 100 })).toMatchObject({
      from: 'probe',
      sameKind: true,
    });
  });

  it('never mixes devices: two threads say nothing about WebGPU', () => {
    const gpu = { backend: 'webgpu', threads: 1 } as const;
    const speeds = [speed(lora(), 0.1)];
    expect(estimateRun(speeds, lora(), { multiplications: 100 }, gpu)).toBeNull();
  });
});

describe('measurements', () => {
  it('keep the newest of a kind on a device', () => {
    const speeds = [speed(lora(), 0.3), speed(defaultRecipe('head'), 0.05)];
    const next = remember(speeds, speed(lora(), 0.1));
    expect(next.map(({ secondsPerStep }) => secondsPerStep)).toEqual([0.1, 0.05]);
  });

  it('of a run are its training time by its steps, none of one that hardly began or was interrupted (L-9)', () => {
    const run = {
      recipe: lora(),
      counts: tinyCounts(),
      choice: { ...WASM, reason: '' },
      trainingSeconds: 2,
    };
    const trace = Array.from({ length: 20 }, (_, i) => ({
      step: i + 1,
      loss: 1,
      learningRate: 1,
      gradientNorm: 1,
    }));
    const whole = { resumedAt: null };
    expect(speedOfRun({ ...run, trace }, whole)?.secondsPerStep).toBe(0.1);
    expect(speedOfRun({ ...run, trace: trace.slice(0, 2) }, whole)).toBeNull();
    expect(speedOfRun({ ...run, trace }, { resumedAt: 12 })).toBeNull();
  });
});

describe('describeEstimate (L-9)', () => {
  const estimate = { seconds: 38.4, secondsPerStep: 0.128, ...WASM };
  it('names the device, says that it is an estimate, and from what', () => {
    const words = (from: 'run' | 'probe', sameKind: boolean) =>
      Object.values(describeEstimate({ ...estimate, from, sameKind })) as string[];
    expect(words('run', true)).toEqual([
      'About 38 s',
      ' of training on this device (WASM, 2 threads)',
      'An estimate: your last run of this kind took 128 ms a step.',
    ]);
    expect(words('run', false)[2]).toContain('scaled by what this recipe computes');
    expect(words('probe', true)[2]).toContain('a few steps were timed');
  });
});
