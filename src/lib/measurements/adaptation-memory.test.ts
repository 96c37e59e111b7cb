import { describe, expect, it } from 'vitest';
import { defaultMethod, METHOD_KINDS } from '../engine/formats/recipe.ts';
import { adaptationBytes, countAdaptation, outputHeadSize } from './adaptation-memory.ts';
import { LARGE_MODEL_IDS, LARGE_MODELS, type LargeModelId } from './large-models.ts';

const STEP = { batch: 1, tokens: 512, recompute: true };
const count = (model: LargeModelId, quantisation: 'fp32' | 'nf4-double' = 'fp32', shape = STEP) =>
  countAdaptation(
    LARGE_MODELS[model].config,
    { method: defaultMethod('lora'), quantisation },
    shape,
  );

describe('memory of adapting a large model (N-12)', () => {
  it('is of models with the published numbers of parameters', () => {
    // Llama 2 without the output head: 6.74, 13.02 and 68.98 billion less 32,000 rows.
    const parameters = LARGE_MODEL_IDS.map((id) => count(id).parameters);
    expect(parameters).toEqual([6_607_343_616, 12_852_024_320, 68_714_504_192]);
  });

  it('keeps frozen weights at two bytes a parameter, and four-bit ones at about half a byte', () => {
    for (const id of LARGE_MODEL_IDS) {
      const plain = count(id);
      const packed = count(id, 'nf4-double');
      expect(plain.memory.frozen).toBe(2 * plain.parameters);
      expect(packed.memory.quantised / packed.parameters).toBeGreaterThan(0.5);
      expect(packed.memory.quantised / packed.parameters).toBeLessThan(0.52);
      expect(adaptationBytes(packed.memory)).toBeLessThan(adaptationBytes(plain.memory));
    }
  });

  it('grows with texts and tokens, and by what is kept for the backward pass', () => {
    const { activations } = count('7b').memory;
    const of = (change: Partial<typeof STEP>) =>
      count('7b', 'fp32', { ...STEP, ...change }).memory.activations;
    expect(of({ batch: 4 })).toBeGreaterThan(3 * activations);
    expect(of({ tokens: 1024 })).toBeGreaterThan(1.9 * activations);
    expect(of({ recompute: false })).toBeGreaterThan(5 * activations);
  });

  it('counts prompting for the texts that it is asked about, and the output head that it reads', () => {
    const { config } = LARGE_MODELS['7b'];
    const prompting = (batch: number) =>
      countAdaptation(config, { method: defaultMethod('prompting') }, { ...STEP, batch });
    const one = prompting(1);
    expect(one.memory.frozen).toBe(2 * (one.parameters + outputHeadSize(config)));
    expect(one.memory.activations).toBeLessThan(0.2e9);
    expect(prompting(32).memory.activations).toBeGreaterThan(20 * one.memory.activations);
    // Nothing is kept for a backward pass.
    expect(one.memory.activations).toBeLessThan(count('7b').memory.activations);
  });

  it('counts every method', () => {
    for (const kind of METHOD_KINDS) {
      const { memory, trainable } = countAdaptation(
        LARGE_MODELS['7b'].config,
        { method: defaultMethod(kind) },
        STEP,
      );
      expect(memory.trained, kind).toBe(4 * trainable);
      expect(adaptationBytes(memory)).toBeGreaterThan(13e9);
    }
  });
});
