import { beforeAll, describe, expect, it } from 'vitest';
import { collate } from '../data/batches.ts';
import { defaultMethod, QUANTISATIONS, type Method, type Quantisation } from '../formats/recipe.ts';
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
import { noiseInputs } from './noise.ts';
import { initialParameters } from './parameters.ts';

const LORA = { ...defaultMethod('lora'), rank: 3, alpha: 6 };
/** Every way a method can change the graph. */
const METHODS: [string, Method][] = [
  ['full', defaultMethod('full')],
  ['full above a frozen layer', { kind: 'full', frozenLayers: 1 }],
  ['head', defaultMethod('head')],
  ['LoRA', LORA],
  ['LoRA on two modules', { ...LORA, targets: ['q_proj', 'down_proj'] }],
  ['LoRA with dropout', { ...LORA, dropout: 0.4 }],
  ['rsLoRA', { ...LORA, scaling: 'rank-stabilised' }],
  ['LoRA+', { ...LORA, plusRatio: 16 }],
  ['DoRA', { ...LORA, dora: true }],
  ['DoRA with dropout', { ...LORA, dora: true, dropout: 0.3 }],
  ['Houlsby adapters', { kind: 'adapter', placement: 'houlsby', reduction: 8 }],
  ['Pfeiffer adapters', { kind: 'adapter', placement: 'pfeiffer', reduction: 4 }],
  ['prefix tuning', { kind: 'prefix', length: 3, hidden: 5 }],
  ['P-Tuning v2', { kind: 'p-tuning-v2', length: 3 }],
  ['IA³', defaultMethod('ia3')],
];
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
async function wholeModelError(
  runtime: Runtime,
  method: Method,
  quantisation: Quantisation,
  recomputeActivations = false,
) {
  const recipe = tinyRecipe(method, { quantisation, recomputeActivations });
  const spec = { config: base.config, base: base.weights, recipe, labels: 3, batchSize: 4 };
  const { tape, loss, parameters } = classifier(spec, { real: 'float64', training: true });
  const g = tape.graph;
  const gradients = tape.backward(loss, [...parameters!.parts.values()]);
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
  const start = initialParameters(trainables, base.weights, 1, quantisation);
  const noise = normals(start.length, 'noise');
  const values = Float64Array.from(start, (value, i) => value + 0.05 * noise[i]!);
  const feeds = {
    ...batchFeeds(BATCH),
    weights: { data: Float64Array.from(BATCH.weights), shape: [4] },
    parameters: { data: values, shape: [values.length] },
    ...Object.fromEntries(
      noiseInputs(base.config, recipe).map(({ name, shape }) => [
        name,
        { data: Float64Array.from(normals(shape[0], name), (value) => Math.abs(value) % 1), shape },
      ]),
    ),
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

  it.each(METHODS)('E-3: has exact gradients: %s', async (_name, method) => {
    expect(await wholeModelError(runtime, method, 'fp32')).toBeLessThan(1e-7);
  });

  it.each(QUANTISATIONS)('E-3: has exact gradients: LoRA and DoRA on %s', async (quantisation) => {
    for (const method of [LORA, { ...LORA, dora: true }])
      expect(await wholeModelError(runtime, method, quantisation)).toBeLessThan(1e-7);
  });

  it.each(METHODS)(
    'E-3: has exact gradients when activations are computed again: %s',
    async (_name, method) => {
      const quantisation = method.kind === 'full' ? 'fp32' : 'int8';
      expect(await wholeModelError(runtime, method, quantisation, true)).toBeLessThan(1e-7);
    },
  );

  it.each(QUANTISATIONS)(
    'E-3: has exact gradients when activations are computed again: LoRA on %s',
    async (quantisation) => {
      expect(await wholeModelError(runtime, LORA, quantisation, true)).toBeLessThan(1e-7);
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
