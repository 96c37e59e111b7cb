import { beforeAll, describe, expect, it } from 'vitest';
import { collate } from '../data/batches.ts';
import { defaultMethod, QUANTISATIONS, type Quantisation } from '../formats/recipe.ts';
import { encodeModel } from '../graph/onnx.ts';
import { trainablesOf } from '../methods/index.ts';
import { roundedTo } from '../quant/quantise.ts';
import { createNodeRuntime } from '../runtime/node.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { tinyModel, tinyRecipe } from '../testing/tiny.ts';
import {
  GRADIENT_METHODS,
  TINY_BATCH,
  TINY_LABELS,
  wholeModelError,
} from '../testing/whole-model.ts';
import { checkpointTensors } from '../model/config.ts';
import { classifier } from './classifier.ts';
import { batchFeeds } from './evaluate.ts';
import { initialParameters } from './parameters.ts';

const METHODS = Object.entries(GRADIENT_METHODS);
const LORA = { ...defaultMethod('lora'), rank: 3, alpha: 6 };
const base = tinyModel();
describe('the classifier', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createNodeRuntime({ threads: 1 });
  });

  it.each(METHODS)('E-3: has exact gradients: %s', async (_name, method) => {
    expect(await wholeModelError(runtime, { method })).toBeLessThan(1e-7);
  });

  it.each(QUANTISATIONS)('E-3: has exact gradients: LoRA and DoRA on %s', async (quantisation) => {
    for (const method of [LORA, { ...LORA, dora: true }])
      expect(await wholeModelError(runtime, { method, quantisation })).toBeLessThan(1e-7);
  });

  it.each(METHODS)(
    'E-3: has exact gradients when activations are computed again: %s',
    async (_name, method) => {
      const quantisation = method.kind === 'full' ? 'fp32' : 'int8';
      const check = { method, quantisation, recomputeActivations: true } as const;
      expect(await wholeModelError(runtime, check)).toBeLessThan(1e-7);
    },
  );

  it.each(QUANTISATIONS)(
    'E-3: has exact gradients when activations are computed again: LoRA on %s',
    async (quantisation) => {
      const check = { method: LORA, quantisation, recomputeActivations: true };
      expect(await wholeModelError(runtime, check)).toBeLessThan(1e-7);
    },
  );

  it.each(['int8', 'int4', 'nf4', 'nf4-double'] as const)(
    'E-4: computes with exactly the weights that the %s codes stand for',
    async (quantisation) => {
      const logits = async (weights: typeof base.weights, q: Quantisation) => {
        const recipe = tinyRecipe(LORA, { quantisation: q });
        const { tape, logits: out } = classifier({
          config: base.config,
          base: weights,
          recipe,
          labels: TINY_LABELS,
          batchSize: 4,
        });
        tape.graph.output('logits', out);
        const session = await runtime.createSession(encodeModel(tape.graph));
        const parameters = initialParameters(trainablesOf(base.config, LORA, 3), weights, 1);
        const outputs = await session.run({
          ...batchFeeds(TINY_BATCH),
          parameters: { data: parameters, shape: [parameters.length] },
        });
        return outputs.logits!.read();
      };
      const exact = new Map(base.weights);
      for (const { name, shape, linear } of checkpointTensors(base.config))
        if (linear) {
          const matrix = [shape[0]!, shape[1]!] as const;
          const data = roundedTo(quantisation, base.weights.get(name)!.data, matrix);
          exact.set(name, { shape, data });
        }
      const quantised = await logits(base.weights, quantisation);
      const reference = await logits(exact, 'fp32');
      quantised.forEach((value, i) => expect(value).toBeCloseTo(reference[i]!, 4));
    },
  );

  it('does not see padding: a longer sequence length gives the same logits', async () => {
    const at = async (length: number) => {
      const recipe = tinyRecipe({ kind: 'head' }, { sequenceLength: length });
      const { tape, logits } = classifier({
        config: base.config,
        base: base.weights,
        recipe,
        labels: 3,
        batchSize: 1,
      });
      tape.graph.output('logits', logits);
      const session = await runtime.createSession(encodeModel(tape.graph));
      const parameters = initialParameters(
        trainablesOf(base.config, recipe.method, 3),
        base.weights,
        1,
      );
      const outputs = await session.run({
        ...batchFeeds(collate([{ ids: [1, 5, 9, 4], label: 0 }], 1, length, 0)),
        parameters: { data: parameters, shape: [parameters.length] },
      });
      return outputs.logits!.read();
    };
    const [short, long] = [await at(8), await at(16)];
    short.forEach((value, i) => expect(value).toBeCloseTo(long[i]!, 5));
  });
});
