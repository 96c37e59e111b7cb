import { describe, expect, it } from 'vitest';
import { defaultMethod, defaultRecipe, type Recipe } from '../engine/formats/recipe.ts';
import { nameByDifference } from './recipe-name.ts';

const lora = (rank: number): Recipe => ({
  ...defaultRecipe('lora'),
  method: { ...defaultMethod('lora'), rank, alpha: 16, targets: ['q_proj', 'v_proj'] },
});

describe('nameByDifference', () => {
  it('says only what differs', () => {
    expect(nameByDifference([lora(1), lora(8)])).toEqual(['LoRA r=1', 'LoRA r=8']);
    const hot = { ...lora(8), optimiser: { ...lora(8).optimiser, learningRate: 0.01 } };
    expect(nameByDifference([lora(8), hot])).toEqual(['LoRA r=8 · lr 0.003', 'LoRA r=8 · lr 0.01']);
  });

  it('leaves out knobs a method does not have', () => {
    const names = nameByDifference([
      lora(8),
      {
        ...lora(8),
        method: { ...defaultMethod('lora'), rank: 8, alpha: 32, targets: ['q_proj', 'v_proj'] },
      },
      defaultRecipe('head'),
    ]);
    expect(names[2]).toBe('Head only · lr 0.03');
    expect(names[1]).toContain('α=32');
  });

  it('gives equal recipes equal names and an empty list none', () => {
    expect(nameByDifference([lora(8), lora(8)])).toEqual(['LoRA r=8', 'LoRA r=8']);
    expect(nameByDifference([{ ...lora(8), quantisation: 'int4' }])).toEqual(['LoRA r=8 · int4']);
    expect(nameByDifference([])).toEqual([]);
  });
});
