import { describe, expect, it } from 'vitest';
import { beyondGrid, beyondModel, beyondText, type Grid } from './settle.ts';

describe('an index of an address beyond what there is (N-6)', () => {
  const model = { layers: 4, heads: 8 };

  it('is named with what there is and what it is here', () => {
    expect(beyondModel({ layer: 99, head: 8 }, model)).toEqual([
      'layer=99 is not used: the model has 4 blocks. It is 3 here.',
      'head=8 is not used: a block has 8 heads. It is 7 here.',
    ]);
    expect(beyondText(50, 8)).toEqual([
      'token=50 is not used: the text has 8 tokens. It is 7 here.',
    ]);
    const grid: Grid = { rows: 1, columns: 128, data: new Float32Array(128), scale: 'signed' };
    expect(beyondGrid([3, 20], grid)).toEqual([
      'cell=3,20 is not used: the matrix has 1 row and 128 columns. It is 0,20 here.',
    ]);
  });

  it('is not named where it is within', () => {
    expect(beyondModel({ layer: 3, head: 7 }, model)).toEqual([]);
    expect(beyondText(7, 8)).toEqual([]);
  });
});
