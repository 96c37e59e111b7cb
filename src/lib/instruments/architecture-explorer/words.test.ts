import { describe, expect, it } from 'vitest';
import { defaultRecipe } from '../../engine/formats/recipe.ts';
import { listTensors } from '../../engine/inspect/tensors.ts';
import { parseLlamaConfig } from '../../engine/model/config.ts';
import { TINY_CONFIG } from '../../engine/testing/tiny.ts';
import type { Part } from './parts.ts';
import { settle, type Grid } from './settle.ts';
import { defaultState } from './state.ts';
import { summaryOf } from './words.ts';

const config = parseLlamaConfig(TINY_CONFIG);
const model = { config, tensors: listTensors(config, defaultRecipe(), 2), prefixLength: 0 };
const grid: Grid = {
  rows: 2,
  columns: 3,
  data: Float32Array.of(1, 2, 3, 4, 5, -6),
  scale: 'signed',
};

describe('the sentence on a matrix (N-7)', () => {
  const told = (part: Part, cell: [number, number], shown: Grid | null = grid) => {
    const state = { ...defaultState(), level: 'matrix' as const, part, cell };
    return summaryOf(settle(state, config, 3), model, shown);
  };

  it.each(['q_proj', 'attention', 'residual', 'input_norm'] as const)(
    'says in %s which number the cursor is on',
    (part) => {
      expect(told(part, [1, 2])).toMatch(/\. Row 1, column 2: −6\.$/);
      expect(told(part, [0, 0])).toMatch(/\. Row 0, column 0: 1\.$/);
    },
  );

  it('says nothing of a number that is not there', () => {
    expect(told('q_proj', [1, 2], null)).not.toContain('Row');
  });
});
