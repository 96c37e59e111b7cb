import { beforeAll, describe, expect, it } from 'vitest';
import { collate } from '../data/batches.ts';
import { LINEAR_MODULES, type Method, type Quantisation } from '../formats/recipe.ts';
import { compare, normals } from '../testing/gradient-check.ts';
import { encodeModel } from '../graph/onnx.ts';
import { trainablesOf } from '../methods/index.ts';
import { roundedTo } from '../quant/quantise.ts';
import { createNodeRuntime } from '../runtime/node.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { tinyModel, tinyRecipe } from '../testing/tiny.ts';
import { elements } from '../graph/dtype.ts';
import { checkpointTensors } from '../model/config.ts';
import { classifier } from './classifier.ts';
import { batchFeeds } from './evaluate.ts';
import { initialParameters } from './parameters.ts';

const LORA: Method = { kind: 'lora', rank: 3, alpha: 6, targets: [...LINEAR_MODULES] };
const base = tinyModel();
const BATCH = collate(
  [
    { ids: [1, 5, 9, 4], label: 1 },
    { ids: [1, 7, 7], label: 0 },
    { ids: [1, 3, 11, 40, 8, 2, 6], label: 2 },
  ],
  4,
  8,
  0,
);

/** Loss and gradient of the whole classifier in float64, with parameters moved off their initial values. */
async function wholeModelError(runtime: Runtime, method: Method, quantisation: Quantisation) {
  const recipe = tinyRecipe(method, { quantisation });
  const spec = { config: base.config, base: base.weights, recipe, labels: 3, batchSize: 4 };
  const { tape, loss, parameters } = classifier(spec, 'float64');
  const g = tape.graph;
  const gradients = tape.backward(loss, [...parameters.parts.values()]);
  g.output('loss', loss);
  g.output(
    'gradient',
    g.concat(
      gradients.map((d) => g.reshape(d, [elements(d.shape)])),
      0,
    ),
  );
  const session = await runtime.createSession(encodeModel(g), { fuse: false });
  const trainables = trainablesOf(base.config, method, 3);
  const start = initialParameters(trainables, base.weights, 1);
  const noise = normals(start.length, 'noise');
  const values = Float64Array.from(start, (value, i) => value + 0.05 * noise[i]!);
  const feeds = {
    ...batchFeeds(BATCH),
    weights: { data: Float64Array.from(BATCH.weights), shape: [4] },
    parameters: { data: values, shape: [values.length] },
  };
  const lossAt = async () => (await (await session.run(feeds)).loss!.readExact())[0]!;
  const gradient = await (await session.run(feeds)).gradient!.readExact();
  const error = await compare(values, gradient, lossAt);
  await session.release();
  return error;
}

describe('the classifier', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createNodeRuntime({ threads: 1 });
  });

  it.each<[string, Method, Quantisation]>([
    ['full', { kind: 'full' }, 'fp32'],
    ['head', { kind: 'head' }, 'fp32'],
    ['LoRA on fp32', LORA, 'fp32'],
    ['LoRA on int8', LORA, 'int8'],
    ['LoRA on int4', LORA, 'int4'],
    ['LoRA on NF4', LORA, 'nf4'],
  ])('E-3: has exact gradients: %s', async (_name, method, quantisation) => {
    expect(await wholeModelError(runtime, method, quantisation)).toBeLessThan(1e-7);
  });

  it.each(['int8', 'int4', 'nf4'] as const)(
    'E-4: computes with exactly the weights that the %s codes stand for',
    async (quantisation) => {
      const logits = async (weights: typeof base.weights, q: Quantisation) => {
        const recipe = tinyRecipe(LORA, { quantisation: q });
        const { tape, logits: out } = classifier({
          config: base.config,
          base: weights,
          recipe,
          labels: 3,
          batchSize: 4,
        });
        tape.graph.output('logits', out);
        const session = await runtime.createSession(encodeModel(tape.graph));
        const parameters = initialParameters(trainablesOf(base.config, LORA, 3), weights, 1);
        const outputs = await session.run({
          ...batchFeeds(BATCH),
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
