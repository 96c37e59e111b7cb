import { afterAll, describe, expect, it } from 'vitest';
import { collate, encodeExamples } from '../data/batches.ts';
import { randomStream } from '../data/random.ts';
import { defaultMethod } from '../formats/recipe.ts';
import { trainablesOf } from '../methods/index.ts';
import { createNodeRuntime } from '../runtime/node.ts';
import { initialParameters } from '../train/parameters.ts';
import { TINY_TASK, tinyModel, tinyRecipe } from '../testing/tiny.ts';
import { BatchGradient, dot, evaluateSlice, pointOf } from './slice.ts';

describe('a plane through trained parameters', async () => {
  const base = tinyModel();
  const recipe = tinyRecipe({ ...defaultMethod('lora'), rank: 2 });
  const labels = TINY_TASK.labels.length;
  const runtime = await createNodeRuntime({ threads: 1 });
  const model = await BatchGradient.create(runtime, base, recipe, labels);
  afterAll(() => model.release());

  const random = randomStream(5, 'directions');
  const direction = () => {
    const raw = Float32Array.from({ length: model.size }, () => random.normal());
    const length = Math.sqrt(dot(raw, raw));
    return raw.map((value) => value / length);
  };
  const trainables = trainablesOf(base.config, recipe.method, labels);
  const plane = {
    origin: initialParameters(trainables, base.weights, 1),
    directions: [direction(), direction()] as const,
  };
  const texts = ['an apple', 'pear', 'ice', 'b'].map((text, label) => ({ text, label: label % 2 }));
  const examples = encodeExamples(texts, TINY_TASK, base.tokenizer, recipe.sequenceLength);
  const { padToken } = base.config;
  const batches = [examples, examples.slice(0, 3)].map((some) =>
    collate(some, recipe.batchSize, recipe.sequenceLength, padToken),
  );

  it('has as its gradient what the loss changes by along both directions (N-30)', async () => {
    const at = [0.4, -0.3] as const;
    const apart = 0.01;
    const values = await evaluateSlice(model, plane, batches, at);
    for (const index of [0, 1]) {
      const moved = async (by: number) =>
        evaluateSlice(model, plane, batches, [
          at[0] + (index === 0 ? by : 0),
          at[1] + (index === 1 ? by : 0),
        ]);
      const [ahead, behind] = [await moved(apart), await moved(-apart)];
      for (const [batch, { gradient }] of values.entries()) {
        const difference = (ahead[batch]!.loss - behind[batch]!.loss) / (2 * apart);
        expect(Math.abs(gradient[index]! - difference)).toBeLessThan(
          2e-3 + 1e-2 * Math.abs(difference),
        );
      }
    }
    expect(values[0]!.loss).not.toBe(values[1]!.loss);
  });

  it('is the model itself at its origin', async () => {
    expect(pointOf(plane, 0, 0)).toEqual(plane.origin);
    const { loss } = await model.at(plane.origin, batches[0]!);
    const [value] = await evaluateSlice(model, plane, batches, [0, 0]);
    expect(value!.loss).toBe(loss);
  });
});
