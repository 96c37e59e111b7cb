/**
 * The gradient of the whole classifier under a method, beside central finite differences in float64. Used by tests
 * and by the evidence of exactness.
 */
import { collate } from '../data/batches.ts';
import { defaultMethod, type Method, type Quantisation } from '../formats/recipe.ts';
import { elements } from '../graph/dtype.ts';
import { encodeModel } from '../graph/onnx.ts';
import { trainablesOf } from '../methods/index.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { classifier } from '../train/classifier.ts';
import { batchFeeds } from '../train/evaluate.ts';
import { noiseInputs } from '../train/noise.ts';
import { initialParameters } from '../train/parameters.ts';
import { compare, normals } from './gradient-check.ts';
import { tinyModel, tinyRecipe } from './tiny.ts';

const LORA = { ...defaultMethod('lora'), rank: 3, alpha: 6 };

/** Every way a method can change the graph. */
export const GRADIENT_METHODS: Readonly<Record<string, Method>> = {
  full: defaultMethod('full'),
  'full above a frozen layer': { kind: 'full', frozenLayers: 1 },
  head: defaultMethod('head'),
  LoRA: LORA,
  'LoRA on two modules': { ...LORA, targets: ['q_proj', 'down_proj'] },
  'LoRA with dropout': { ...LORA, dropout: 0.4 },
  rsLoRA: { ...LORA, scaling: 'rank-stabilised' },
  'LoRA+': { ...LORA, plusRatio: 16 },
  DoRA: { ...LORA, dora: true },
  'DoRA with dropout': { ...LORA, dora: true, dropout: 0.3 },
  'Houlsby adapters': { kind: 'adapter', placement: 'houlsby', reduction: 8 },
  'Pfeiffer adapters': { kind: 'adapter', placement: 'pfeiffer', reduction: 4 },
  'prefix tuning': { kind: 'prefix', length: 3, hidden: 5 },
  'P-Tuning v2': { kind: 'p-tuning-v2', length: 3 },
  'IA³': defaultMethod('ia3'),
};

/** Three short texts and a row of padding. */
export const TINY_BATCH = collate(
  [
    { ids: [1, 5, 9, 4], label: 1 },
    { ids: [1, 7, 7], label: 0 },
    { ids: [1, 3, 11, 40, 8, 2, 6], label: 2 },
  ],
  4,
  8,
  0,
);
export const TINY_LABELS = 3;

export interface GradientCheck {
  method: Method;
  quantisation?: Quantisation;
  recomputeActivations?: boolean;
}

/** Relative L2 error of the gradient, at parameters moved off their initial values. */
export async function wholeModelError(
  runtime: Runtime,
  { method, quantisation = 'fp32', recomputeActivations = false }: GradientCheck,
): Promise<number> {
  const { config, weights } = tinyModel();
  const recipe = tinyRecipe(method, { quantisation, recomputeActivations });
  const batchSize = TINY_BATCH.labels.length;
  const spec = { config, base: weights, recipe, labels: TINY_LABELS, batchSize };
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
  const trainables = trainablesOf(config, method, TINY_LABELS);
  const start = initialParameters(trainables, weights, 1, quantisation);
  const moved = normals(start.length, 'noise');
  const values = Float64Array.from(start, (value, i) => value + 0.05 * moved[i]!);
  const feeds = {
    ...batchFeeds(TINY_BATCH),
    weights: { data: Float64Array.from(TINY_BATCH.weights), shape: [batchSize] },
    parameters: { data: values, shape: [values.length] },
    ...Object.fromEntries(
      noiseInputs(config, recipe).map(({ name, shape }) => [
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
