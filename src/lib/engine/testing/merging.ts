/**
 * A merged model beside base and adapter, on random parameters of the tiny model. Used by tests and by the
 * evidence of exactness.
 */
import { mergeAdapter, SCORE } from '../formats/merge.ts';
import { defaultMethod, type Method, type Quantisation } from '../formats/recipe.ts';
import type { NamedTensor } from '../formats/safetensors.ts';
import { trainablesOf } from '../methods/index.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { buildEvaluation } from '../train/classifier.ts';
import { batchFeeds } from '../train/evaluate.ts';
import { initialParameters, unpack } from '../train/parameters.ts';
import { normals } from './gradient-check.ts';
import { tinyModel, tinyRecipe } from './tiny.ts';
import { TINY_BATCH, TINY_LABELS } from './whole-model.ts';

const LORA = { ...defaultMethod('lora'), rank: 3, alpha: 6 };

export const MERGED: Readonly<Record<string, Method>> = {
  LoRA: LORA,
  'LoRA on two modules': { ...LORA, targets: ['q_proj', 'down_proj'] },
  rsLoRA: { ...LORA, scaling: 'rank-stabilised' },
  DoRA: { ...LORA, dora: true },
  'IA³': defaultMethod('ia3'),
};

/** Largest differences between logits: of the merged model, and of the base alone, from base and adapter. */
export async function mergeDifference(
  runtime: Runtime,
  method: Method,
  quantisation: Quantisation,
): Promise<{ merged: number; base: number }> {
  const base = tinyModel();
  const { config } = base;
  const logits = async (
    weights: ReadonlyMap<string, NamedTensor>,
    by: Method,
    stored: Quantisation,
    parameters: Float32Array,
  ) => {
    const recipe = tinyRecipe(by, { quantisation: stored });
    const spec = { config, base: weights, recipe, labels: TINY_LABELS, batchSize: 4 };
    const session = await runtime.createSession(buildEvaluation(spec));
    try {
      const outputs = await session.run({
        ...batchFeeds(TINY_BATCH),
        parameters: { data: parameters, shape: [parameters.length] },
      });
      // The batch's last row is padding.
      return (await outputs.logits!.read()).slice(0, TINY_BATCH.count * TINY_LABELS);
    } finally {
      await session.release();
    }
  };
  const trainables = trainablesOf(config, method, TINY_LABELS);
  const start = initialParameters(trainables, base.weights, 1, quantisation);
  const moved = normals(start.length, 'adapter');
  const parameters = start.map((value, i) => value + 0.1 * moved[i]!);
  const reference = await logits(base.weights, method, quantisation, parameters);

  const tensors = unpack(trainables, parameters);
  const merged = mergeAdapter(config, base.weights, { method, quantisation }, tensors);
  const score = merged.get(SCORE)!.data;
  const head = defaultMethod('head');
  const distance = (values: Float32Array) =>
    Math.max(...reference.map((value, i) => Math.abs(value - values[i]!)));
  return {
    merged: distance(await logits(merged, head, 'fp32', score)),
    base: distance(await logits(base.weights, head, quantisation, score)),
  };
}
