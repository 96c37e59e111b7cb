import { describe, expect, it } from 'vitest';
import { defaultMethod } from '../engine/formats/recipe.ts';
import { tinyModel, tinyRecipe } from '../engine/testing/tiny.ts';
import { describeRecompute, recomputeCost } from './recompute-cost.ts';

const { config } = tinyModel();
const recipe = tinyRecipe(defaultMethod('lora'), { batchSize: 16, sequenceLength: 16 });

describe('what activation checkpointing costs and saves (L-17)', () => {
  it('counts both sides, whichever the recipe has', () => {
    const cost = recomputeCost(config, recipe, 2);
    expect(cost.recomputedBytes).toBeLessThan(cost.keptBytes);
    // One more forward pass of the blocks beside a forward and a backward pass.
    expect(cost.work).toBeGreaterThan(1);
    expect(cost.work).toBeLessThan(2);
    expect(recomputeCost(config, { ...recipe, recomputeActivations: true }, 2)).toEqual(cost);
  });

  it('says both, and says so when there is nothing to save', () => {
    expect(describeRecompute({ keptBytes: 30.5e6, recomputedBytes: 15.5e6, work: 1.484 })).toBe(
      'Saves 15.0 MB of 30.5 MB a step, for 1.48 times the multiplications. Counted, not measured.',
    );
    const head = recomputeCost(config, tinyRecipe({ kind: 'head' }), 2);
    expect(describeRecompute(head)).toMatch(/^Saves nothing with this recipe, for no more work/);
  });
});
