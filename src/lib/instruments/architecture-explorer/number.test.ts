import { describe, expect, it } from 'vitest';
import { defaultRecipe } from '../../engine/formats/recipe.ts';
import { seen } from '../../engine/inspect/graph.ts';
import type { Inspection } from '../../engine/inspect/inspector.ts';
import { linesOf } from './number.ts';
import type { Grid } from './settle.ts';
import { defaultState } from './state.ts';

const values = (data: number[]) => ({ shape: [1, data.length], data: Float32Array.from(data) });
const inspection: Inspection = {
  tokens: [{ id: 0, text: 'cat', next: [] }],
  cut: false,
  values: new Map([
    [seen.input(0, 'q_proj'), values([2, 3])],
    [seen.output(0, 'q_proj'), values([11])],
  ]),
};
const grid: Grid = { rows: 1, columns: 2, data: Float32Array.of(1, 4), scale: 'signed' };
const state = { ...defaultState(), token: 0 };

describe('a weight in its surroundings (N-2)', () => {
  it('is multiplied with what it reads of the text that is shown', () => {
    const lines = linesOf(state, [0, 1], grid, null, inspection, true);
    expect(lines.map(({ value }) => value)).toEqual(['4', '3', '12', '11']);
  });

  it('is multiplied with nothing while the text or the format on screen is still another one', () => {
    expect(linesOf(state, [0, 1], grid, null, inspection, false)).toEqual([
      { name: 'Row 0, column 1', value: '4' },
    ]);
  });

  it('is said to be drawn, not shipped, where the recipe starts from random weights', () => {
    const stored = Float32Array.of(1, 4);
    const weight = { shape: [1, 2], values: stored, stored };
    const random = {
      ...state,
      recipe: { ...defaultRecipe(), base: { id: 'nano', weights: 'random' as const } },
    };
    const names = (of: typeof state) =>
      linesOf(of, [0, 0], grid, weight, null, true).map(({ name }) => name);
    expect(names(state)).toContain('As it is shipped, in fp16');
    expect(names(random)).toContain('As it was drawn');
  });
});
