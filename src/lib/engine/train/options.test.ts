/** Options that change how a run computes and must not change what it computes. */
import { beforeAll, describe, expect, it } from 'vitest';
import { languageModelBatches } from '../data/general-text.ts';
import type { Example } from '../data/task.ts';
import { defaultMethod, defaultOptimiser, type Method, type Recipe } from '../formats/recipe.ts';
import { createNodeRuntime } from '../runtime/node.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { TINY_TASK, tinyModel, tinyRecipe } from '../testing/tiny.ts';
import type { Checkpoint } from './checkpoint.ts';
import { GENERAL_SHAPE } from './general-loss.ts';
import { runRecipe, type RunInput } from './trainer.ts';

const EXAMPLES: Example[] =
  'apple tree ocean river under stone inner cloud early night olive bread eagle horse'
    .split(' ')
    .map((text) => ({ text, label: Number(/^[aeiou]/.test(text)) }));
const lora = { ...defaultMethod('lora'), rank: 4, alpha: 8 };
const base = tinyModel();
const general = [
  ...languageModelBatches(
    EXAMPLES.map(({ text }) => text),
    base.tokenizer,
    base.config,
    GENERAL_SHAPE.batch,
    GENERAL_SHAPE.length,
  ),
];

describe('a run', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createNodeRuntime({ threads: 1 });
  });
  const run = (recipe: Recipe, more: Partial<RunInput> = {}) =>
    runRecipe({
      runtime,
      base,
      task: TINY_TASK,
      train: EXAMPLES,
      validation: EXAMPLES,
      recipe,
      ...more,
    });
  const losses = async (recipe: Recipe) => (await run(recipe)).trace.map(({ loss }) => loss);

  it('is the same whether a batch comes whole or accumulated in parts (E-13)', async () => {
    for (const method of [lora, defaultMethod('full')]) {
      const whole = await losses(tinyRecipe(method, { steps: 12, batchSize: 12 }));
      const parts = await losses(tinyRecipe(method, { steps: 12, batchSize: 4, accumulation: 3 }));
      parts.forEach((loss, step) => expect(loss).toBeCloseTo(whole[step]!, 4));
      expect(new Set(whole).size).toBe(12);
    }
  });

  it('is the same whether activations are kept or computed again (E-13)', async () => {
    for (const method of [lora, defaultMethod('prefix'), defaultMethod('full')]) {
      const kept = await losses(tinyRecipe(method, { steps: 12 }));
      const again = await losses(tinyRecipe(method, { steps: 12, recomputeActivations: true }));
      again.forEach((loss, step) => expect(loss).toBeCloseTo(kept[step]!, 4));
    }
  });

  it('follows AdamW closely with its moments in 8 bits (E-13)', async () => {
    for (const method of [lora, defaultMethod('full')]) {
      const change = { steps: 60, batchSize: 8 };
      const exact = await losses(tinyRecipe(method, change));
      const optimiser = {
        ...defaultOptimiser('adamw-8bit', tinyRecipe(method).optimiser.learningRate),
      };
      const rounded = await losses(tinyRecipe(method, { ...change, optimiser }));
      expect(exact.at(-1)!).toBeLessThan(exact[0]! / 2);
      rounded.forEach((loss, step) =>
        expect(Math.abs(loss - exact[step]!)).toBeLessThan(0.05 * exact[0]!),
      );
      // It is another computation: equal losses would mean that the moments were not rounded.
      expect(rounded).not.toEqual(exact);
    }
  });

  it.each<[string, Method, Partial<Recipe>]>([
    [
      'DoRA, dropout, 3 batches accumulated, 8-bit AdamW',
      { ...lora, dora: true, dropout: 0.3 },
      { accumulation: 3, optimiser: defaultOptimiser('adamw-8bit', 0.01) },
    ],
    [
      'prefix tuning, SGD, 2 batches accumulated',
      defaultMethod('prefix'),
      { accumulation: 2, optimiser: defaultOptimiser('sgd', 0.003) },
    ],
    [
      'P-Tuning v2, activations computed again',
      defaultMethod('p-tuning-v2'),
      { recomputeActivations: true },
    ],
    ['full above a frozen layer', { kind: 'full', frozenLayers: 1 }, {}],
  ])(
    'goes on from a checkpoint as if nothing had happened (K-1): %s',
    async (_name, method, change) => {
      const recipe = tinyRecipe(method, { steps: 9, ...change });
      const checkpoints: Checkpoint[] = [];
      const save = async (made: Checkpoint) => void checkpoints.push(structuredClone(made));
      const whole = await run(recipe, { general, checkpoints: { everyMs: 0, save } });
      for (const step of [1, 5]) {
        const resume = checkpoints.find((made) => made.step === step)!;
        const resumed = await run(recipe, { general, resume });
        expect(resumed.trace).toEqual(whole.trace);
        expect(resumed.general).toEqual(whole.general);
        expect(resumed.artifact).toEqual(whole.artifact);
      }
    },
  );
});
