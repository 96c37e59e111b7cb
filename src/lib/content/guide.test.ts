import { describe, expect, it } from 'vitest';
import { countGuideMemory } from './compile/guide-memory.ts';
import { advise, bytesNeeded, GUIDE_METHODS, type Situation } from './guide.ts';

const memory = countGuideMemory();
const usual: Situation = { memory: 24, examples: 5000, tasks: 1, latency: 'relaxed' };
const order = (changes: Partial<Situation>) =>
  advise({ ...usual, ...changes }, memory).map(({ method }) => method);
const first = (changes: Partial<Situation>) => order(changes)[0];

describe('memory of a model of seven billion parameters (A-10)', () => {
  it('is sixteen bytes a parameter for full fine-tuning, and two for frozen weights', () => {
    const { full, lora } = memory.methods;
    expect(memory.parameters).toBe(6_607_343_616);
    expect((full.weights + full.training) / memory.parameters).toBeCloseTo(16, 3);
    expect(lora.weights / memory.parameters).toBeCloseTo(2, 1);
  });

  it('is about half a byte a parameter for weights in NF4 with double quantisation', () => {
    expect(memory.methods.qlora.weights / memory.parameters).toBeCloseTo(0.55, 1);
  });
});

describe('the decision guide (A-10)', () => {
  it('gives every method with what it takes and at least one reason', () => {
    const advice = advise(usual, memory);
    expect(advice.map(({ method }) => method).sort()).toEqual([...GUIDE_METHODS].sort());
    for (const { method, bytes, reasons } of advice) {
      expect(bytes).toBe(bytesNeeded(memory.methods[method]));
      expect(reasons.length).toBeGreaterThan(0);
    }
  });

  it('never puts what does not fit before what fits', () => {
    for (const gigabytes of [4, 8, 12, 16, 24, 48, 80, 141]) {
      const fits = advise({ ...usual, memory: gigabytes }, memory).map((one) => one.fits);
      expect([...fits].sort((a, b) => Number(b) - Number(a))).toEqual(fits);
    }
  });

  it('takes QLoRA where LoRA does not fit, and LoRA where it does', () => {
    expect(first({ memory: 12 })).toBe('qlora');
    expect(first({ memory: 24 })).toBe('lora');
    expect(advise({ ...usual, memory: 2 }, memory).every(({ fits }) => !fits)).toBe(true);
  });

  it('takes full fine-tuning only with the memory and the data for it', () => {
    expect(first({ memory: 141, examples: 100_000 })).toBe('full');
    expect(first({ memory: 141, examples: 200 })).not.toBe('full');
    expect(order({ memory: 141, examples: 100_000, tasks: 20 })[0]).not.toBe('full');
  });

  it('takes prompting where there is nothing to train on', () => {
    expect(first({ examples: 10 })).toBe('prompting');
    expect(first({ examples: 5000 })).not.toBe('prompting');
  });

  it('puts methods that slow serving down behind LoRA where time is strict', () => {
    const strict = order({ latency: 'strict' });
    for (const slow of ['adapter', 'prefix', 'prompting'] as const)
      expect(strict.indexOf('lora')).toBeLessThan(strict.indexOf(slow));
  });
});
