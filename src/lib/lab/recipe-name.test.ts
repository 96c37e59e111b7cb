import { describe, expect, it } from 'vitest';
import {
  defaultMethod,
  defaultRecipe,
  type Method,
  type Recipe,
} from '../engine/formats/recipe.ts';
import { withOptimiser } from './recipe-edit.ts';
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

  it('names the knobs of optimiser, batches and memory in which recipes differ', () => {
    const plain = lora(8);
    const sgd = withOptimiser(plain, 'sgd');
    const [first, second] = nameByDifference([
      plain,
      {
        ...sgd,
        optimiser: { ...sgd.optimiser, learningRate: 0.5 },
        accumulation: 4,
        recomputeActivations: true,
        sequenceLength: 64,
      },
    ]);
    expect(first).toBe(
      'LoRA r=8 · AdamW · lr 0.003 · accumulation 1 · no checkpointing · 32 tokens',
    );
    expect(second).toBe('LoRA r=8 · SGD · lr 0.5 · accumulation 4 · checkpointing · 64 tokens');
  });

  it('tells variants of LoRA, adapters, prefixes and prompts apart', () => {
    const methods: Method[] = [
      { ...defaultMethod('lora'), dora: true, plusRatio: 16 },
      { ...defaultMethod('adapter'), placement: 'houlsby' },
      defaultMethod('prefix'),
      { ...defaultMethod('prefix'), hidden: 64 },
      { ...defaultMethod('prompting'), shots: 4 },
      { ...defaultMethod('prompting'), shots: 4, template: '{text}. What a strange sort of' },
    ];
    const names = nameByDifference(
      methods.map((method) => ({
        ...defaultRecipe(method.kind),
        method,
        // As the lab makes room for a prompt.
        sequenceLength: method.kind === 'prompting' ? 118 : 32,
      })),
    );
    expect(names[0]).toMatch(/^DoRA\+ r=8/);
    expect(names[1]).toMatch(/^Adapter Houlsby \/8/);
    expect(names[2]).toMatch(/^Prefix tuning n=8 · MLP 128/);
    expect(names[3]).toMatch(/^Prefix tuning n=8 · MLP 64/);
    expect(names[2]).not.toContain('tokens');
    expect(names[4]).toBe("4-shot · the task's prompt");
    expect(names[5]).toBe('4-shot · “{text}. What a strange …”');
    expect(new Set(names).size).toBe(names.length);
  });

  it('gives equal recipes equal names and an empty list none', () => {
    expect(nameByDifference([lora(8), lora(8)])).toEqual(['LoRA r=8', 'LoRA r=8']);
    expect(nameByDifference([{ ...lora(8), quantisation: 'int4' }])).toEqual(['LoRA r=8 · int4']);
    expect(nameByDifference([])).toEqual([]);
  });
});
