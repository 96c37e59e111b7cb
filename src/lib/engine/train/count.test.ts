import { describe, expect, it } from 'vitest';
import {
  defaultMethod,
  defaultOptimiser,
  LINEAR_MODULES,
  QUANTISATIONS,
  type Method,
  type Recipe,
} from '../formats/recipe.ts';
import { encodeModel } from '../graph/onnx.ts';
import { checkpointTensors, linearShape, parseLlamaConfig } from '../model/config.ts';
import { storedBytes } from '../quant/quantise.ts';
import { TINY_CONFIG, tinyRecipe } from '../testing/tiny.ts';
import { trainingStep } from './classifier.ts';
import { countOtherSessions, countPasses, countRecipe, totalBytes } from './count.ts';
import { EVALUATION_BATCH } from './evaluate.ts';

const config = parseLlamaConfig(TINY_CONFIG);
const LABELS = 2;
const count = (recipe: Recipe) => countRecipe(config, recipe, LABELS);
const lora = (rank: number): Method => ({
  ...defaultMethod('lora'),
  rank,
  alpha: 2 * rank,
  targets: [...LINEAR_MODULES],
});

describe('countRecipe (L-3, L-8)', () => {
  it('counts frozen weights as they are stored, scales included', () => {
    for (const quantisation of QUANTISATIONS) {
      const { memory } = count(tinyRecipe(lora(4), { quantisation }));
      const bytes = (linear: boolean) =>
        checkpointTensors(config)
          .filter((tensor) => tensor.linear === linear)
          .reduce((sum, { shape }) => sum + storedBytes(shape, linear ? quantisation : 'fp32'), 0);
      expect(memory.frozen + memory.quantised).toBe(bytes(true) + bytes(false));
      if (quantisation !== 'fp32') expect(memory.quantised).toBe(bytes(true));
    }
  });

  it('counts four bytes a trained parameter, for its gradient and for each moment', () => {
    for (const method of [lora(3), defaultMethod('full'), { kind: 'head' }] satisfies Method[]) {
      const { trainable, memory } = count(tinyRecipe(method));
      expect(memory.trainable).toBe(4 * trainable);
      expect(memory.gradients).toBe(4 * trainable);
      expect(memory.optimiser).toBe(8 * trainable);
    }
  });

  it('counts the pieces of a low-rank pair: r · (in + out) for each matrix, and the head', () => {
    const pairs = LINEAR_MODULES.map((module) => linearShape(config, module)).reduce(
      (sum, [out, into]) => sum + 5 * (out + into),
      0,
    );
    const { trainable, total } = count(tinyRecipe(lora(5)));
    expect(trainable).toBe(config.layers * pairs + LABELS * config.hiddenSize);
    expect(total - trainable).toBe(
      checkpointTensors(config).reduce((sum, { shape }) => sum + storedBytes(shape, 'fp32') / 4, 0),
    );
  });

  it('has no frozen weights under full fine-tuning', () => {
    const { memory } = count(tinyRecipe(defaultMethod('full')));
    expect(memory.frozen + memory.quantised).toBe(0);
  });

  it('needs more for activations with a larger batch, and the same for everything that is kept', () => {
    const small = count(tinyRecipe(lora(4), { batchSize: 2 })).memory;
    const large = count(tinyRecipe(lora(4), { batchSize: 8 })).memory;
    expect(large.activations).toBeGreaterThan(3 * small.activations);
    const kept = { activations: 0, constants: 0 };
    expect({ ...large, ...kept }).toEqual({ ...small, ...kept });
  });

  it('keeps no activation for a backward pass through a frozen base', () => {
    const head = count(tinyRecipe({ kind: 'head' })).memory;
    expect(head.activations).toBeLessThan(count(tinyRecipe(lora(1))).memory.activations / 2);
  });

  it('sums to the total', () => {
    const { memory } = count(tinyRecipe(lora(4), { quantisation: 'int4' }));
    const { frozen, quantised, trainable, gradients, optimiser, activations, constants } = memory;
    expect(totalBytes(memory)).toBe(
      frozen + quantised + trainable + gradients + optimiser + activations + constants,
    );
  });

  it('counts the multiplications of a step that trains the head', () => {
    const recipe = tinyRecipe({ kind: 'head' });
    const { batchSize, sequenceLength: length } = recipe;
    const { heads, keyValueHeads, headSize, hiddenSize, layers } = config;
    const rows = batchSize * length;
    const linears = LINEAR_MODULES.map((module) => linearShape(config, module)).reduce(
      (sum, [out, into]) => sum + rows * out * into,
      0,
    );
    const rotary = rows * (heads + keyValueHeads) * headSize ** 2;
    const attention = 2 * batchSize * heads * length ** 2 * headSize;
    const pooling = batchSize * rows * hiddenSize;
    const headBothWays = 2 * batchSize * LABELS * hiddenSize;
    expect(count(recipe).multiplications).toBe(
      layers * (linears + rotary + attention) + pooling + headBothWays,
    );
  });

  it('counts prompting by the texts that are read at once, as many as evaluation reads unless it is told', () => {
    const prompting = tinyRecipe(defaultMethod('prompting'));
    const usual = count(prompting).memory;
    const one = countRecipe(config, prompting, LABELS, 1).memory;
    expect(countRecipe(config, prompting, LABELS, EVALUATION_BATCH).memory).toEqual(usual);
    expect(one.activations).toBeLessThan((2 / EVALUATION_BATCH) * usual.activations);
    expect(one.frozen).toBe(usual.frozen);
  });

  it('asks for no weights, which encoding the same graph does', () => {
    const recipe = tinyRecipe(lora(4));
    const { graph } = trainingStep(
      { config, base: new Map(), recipe, labels: LABELS, batchSize: 4 },
      recipe.optimiser,
    );
    expect(() => encodeModel(graph)).toThrow('the base model lacks');
  });
});

describe('countPasses (N-12)', () => {
  const passes = (recipe: Recipe) => countPasses(config, recipe, LABELS);

  it('grows with the texts, and not with the optimiser or what it holds', () => {
    const recipe = tinyRecipe(lora(4), { batchSize: 2 });
    expect(passes({ ...recipe, batchSize: 8 })).toBeGreaterThan(3 * passes(recipe));
    for (const kind of ['sgd', 'adamw-8bit'] as const)
      expect(passes({ ...recipe, optimiser: defaultOptimiser(kind, 1e-3) })).toBe(passes(recipe));
  });

  it('holds no copy of what is trained', () => {
    for (const method of [lora(64), defaultMethod('full')]) {
      const recipe = tinyRecipe(method, { batchSize: 1, sequenceLength: 8 });
      const { activations, trainable } = count(recipe).memory;
      expect(activations).toBeGreaterThan(5 * trainable);
      expect(passes(recipe)).toBeLessThan(trainable);
    }
  });
});

describe('countOtherSessions (L-21)', () => {
  const others = (change: Partial<Recipe>, general = false) =>
    countOtherSessions(config, tinyRecipe(lora(4), change), LABELS, { general });

  it('counts the weights once more for evaluation, and again for each further session', () => {
    const { frozen, quantised } = count(tinyRecipe(lora(4), { quantisation: 'int8' })).memory;
    const evaluation = others({ quantisation: 'int8' }).weights;
    expect(evaluation).toBeGreaterThanOrEqual(frozen + quantised);
    const further = frozen + quantised;
    expect(others({ quantisation: 'int8', accumulation: 2 }).weights).toBeGreaterThanOrEqual(
      evaluation + further,
    );
    expect(others({ quantisation: 'int8' }, true).weights).toBeGreaterThanOrEqual(
      evaluation + further,
    );
  });

  it('counts the activations of evaluation by its own batch, not by the recipe', () => {
    expect(others({ batchSize: 1 }).activations).toBe(others({ batchSize: 8 }).activations);
    expect(others({ sequenceLength: 16 }).activations).toBeGreaterThan(others({}).activations);
  });

  it('names the session that needs most: all rows have logits where general English is measured', () => {
    expect(others({}).largest).toBe('evaluation');
    expect(others({}, true).largest).toBe('general');
    expect(others({}, true).activations).toBeGreaterThan(others({}).activations);
  });

  it('counts nothing beside prompting, which is an evaluation', () => {
    const prompting = tinyRecipe(defaultMethod('prompting'));
    expect(countOtherSessions(config, prompting, LABELS)).toEqual({
      weights: 0,
      activations: 0,
      largest: null,
    });
    const small = count({ ...prompting, batchSize: 1 });
    expect(small.memory).toEqual(count(prompting).memory);
  });
});
