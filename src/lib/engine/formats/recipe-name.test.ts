import { describe, expect, it } from 'vitest';
import { recipeName } from './recipe-name.ts';
import { defaultMethod, defaultRecipe } from './recipe.ts';

describe('recipeName', () => {
  it('is short and says what differs', () => {
    const lora = defaultRecipe();
    expect(recipeName(lora)).toBe('LoRA r=8');
    expect(recipeName({ ...lora, quantisation: 'int4' })).toBe('LoRA r=8 · int4');
    expect(recipeName({ ...lora, quantisation: 'nf4' })).toBe('LoRA r=8 · NF4');
    expect(recipeName({ ...lora, quantisation: 'nf4-double' })).toBe('LoRA r=8 · NF4 + DQ');
    expect(
      recipeName({
        ...lora,
        method: { ...defaultMethod('lora'), rank: 4, alpha: 8, targets: ['q_proj', 'v_proj'] },
      }),
    ).toBe('LoRA r=4 on q v');
    expect(recipeName(defaultRecipe('head'))).toBe('Head only');
    expect(recipeName(defaultRecipe('full'))).toBe('Full');
  });
});
