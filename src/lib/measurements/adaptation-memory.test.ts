import { describe, expect, it } from 'vitest';
import {
  defaultMethod,
  METHOD_KINDS,
  type Method,
  type OptimiserKind,
} from '../engine/formats/recipe.ts';
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

  it('holds activations by what is read, not by how much is trained', () => {
    const activations = (method: Method) =>
      countAdaptation(LARGE_MODELS['7b'].config, { method }, STEP).memory.activations;
    const trained = METHOD_KINDS.filter((kind) => kind !== 'prompting' && kind !== 'head');
    const all = trained.map((kind) => activations(defaultMethod(kind)));
    expect(Math.max(...all)).toBeLessThan(1.3 * Math.min(...all));
    const adapter = { ...defaultMethod('adapter'), kind: 'adapter' } as const;
    const [wide, narrow] = [2, 64].map((reduction) => activations({ ...adapter, reduction }));
    expect(wide!).toBeLessThan(1.1 * narrow!);
  });

  it('takes ten bytes of what is trained by AdamW in 8 bits, and sixteen in 32 (Dettmers et al. 2022)', () => {
    const each = (optimiser: OptimiserKind) => {
      const { memory, trainable } = countAdaptation(
        LARGE_MODELS['7b'].config,
        { method: defaultMethod('full'), optimiser },
        STEP,
      );
      return (memory.trained + memory.gradients + memory.optimiser) / trainable;
    };
    expect(each('adamw')).toBeCloseTo(16, 3);
    expect(each('adamw-8bit')).toBeCloseTo(10, 1);
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
