import { describe, expect, it } from 'vitest';
import { defaultRecipe, type Recipe } from '../engine/formats/recipe.ts';
import { describeSuggestion, SUGGESTION_BUDGET, suggestBase } from './base-suggestion.ts';
import type { BaseCost } from './bases.ts';
import { speedOf, type Speed } from './speeds.ts';

const WASM = { backend: 'wasm', threads: 2 } as const;
const GPU = { backend: 'webgpu', threads: 1 } as const;
const on = (id: string): Recipe => ({ ...defaultRecipe(), base: { id, weights: 'pretrained' } });
const COSTS: BaseCost[] = [
  { recipe: on('nano'), counts: { multiplications: 100 } },
  { recipe: on('small'), counts: { multiplications: 300 } },
];
const STEPS = defaultRecipe().steps;
const probed = (
  id: string,
  secondsPerStep: number,
  device: Pick<Speed, 'backend' | 'threads'> = WASM,
) =>
  speedOf('probe', on(id), { multiplications: id === 'nano' ? 100 : 300 }, device, secondsPerStep);
/** Seconds a step of nano takes where the default recipe on small takes exactly the budget. */
const LIMIT = SUGGESTION_BUDGET / STEPS / 3;

describe('suggestBase (L-13)', () => {
  it('says nothing before anything was measured, or on another device', () => {
    expect(suggestBase([], COSTS)).toBeNull();
    expect(suggestBase([probed('nano', 0.1)], COSTS, GPU)).toBeNull();
    expect(suggestBase([probed('nano', 0.1)], [])).toBeNull();
  });

  it('suggests the largest whose default recipe trains within the budget, scaled from steps of another', () => {
    const fits = suggestBase([probed('nano', LIMIT * 0.99)], COSTS, WASM);
    expect(fits).toMatchObject({ base: 'small', because: 'largest-fits' });
    expect(fits?.decided.estimate.seconds).toBeCloseTo(0.99 * SUGGESTION_BUDGET);
  });

  it('suggests the smaller one where the larger takes longer, and says how long', () => {
    const slow = suggestBase([probed('nano', LIMIT * 1.01)], COSTS, WASM);
    expect(slow).toMatchObject({ base: 'nano', because: 'larger-too-slow' });
    expect(slow?.decided.base).toBe('small');
    expect(slow?.decided.estimate.seconds).toBeCloseTo(1.01 * SUGGESTION_BUDGET);
  });

  it('still suggests the smallest where even that takes too long', () => {
    const slow = suggestBase([probed('nano', 1)], COSTS, WASM);
    expect(slow).toMatchObject({ base: 'nano', because: 'none-fits', decided: { base: 'nano' } });
  });

  it('prefers what was measured on the base itself', () => {
    const speeds = [probed('nano', LIMIT * 2), probed('small', LIMIT)];
    expect(suggestBase(speeds, COSTS, WASM)?.base).toBe('small');
  });
});

describe('describeSuggestion (L-13)', () => {
  const words = (secondsPerStep: number) =>
    describeSuggestion(suggestBase([probed('nano', secondsPerStep)], COSTS, WASM)!);

  it('names the base, the time, the device and the budget', () => {
    expect(words(0.05)).toBe(
      'Suggested here: small. 300 steps of the default recipe take about 45 s on this device (WASM, 2 threads), within 2 min 00 s.',
    );
    expect(words(0.2)).toBe(
      'Suggested here: nano. On small, 300 steps of the default recipe take about 3 min 00 s on this device (WASM, 2 threads), more than 2 min 00 s.',
    );
    expect(words(1)).toContain('nano, the smallest.');
  });
});
