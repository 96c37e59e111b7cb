import { beforeAll, describe, expect, it } from 'vitest';
import { trainablesOf } from '../methods/index.ts';
import { checkpointTensors } from '../model/config.ts';
import { createNodeRuntime } from '../runtime/node.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { MERGED, mergeDifference } from '../testing/merging.ts';
import { tinyModel } from '../testing/tiny.ts';
import { initialParameters, unpack } from '../train/parameters.ts';
import { mergeAdapter, MergeError } from './merge.ts';
import { defaultMethod, QUANTISATIONS, type Method } from './recipe.ts';

const base = tinyModel();
const merge = (method: Method, parameters: Float32Array) =>
  mergeAdapter(
    base.config,
    base.weights,
    { method, quantisation: 'fp32' },
    unpack(trainablesOf(base.config, method, 3), parameters),
  );
const untrained = (method: Method) =>
  initialParameters(trainablesOf(base.config, method, 3), base.weights, 1);

describe('E-10: a merged model gives the logits of base and adapter', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createNodeRuntime({ threads: 1 });
  });

  it.each(
    Object.entries(MERGED).flatMap(([name, method]) =>
      QUANTISATIONS.map((quantisation) => ({ name, method, quantisation })),
    ),
  )('$name on $quantisation', async ({ method, quantisation }) => {
    const difference = await mergeDifference(runtime, method, quantisation);
    expect(difference.merged).toBeLessThan(1e-5);
    // The adapter does something.
    expect(difference.base).toBeGreaterThan(0.01);
  });
});

describe('mergeAdapter', () => {
  it.each(['lora', 'ia3', 'full', 'head'] as const)(
    'gives back the base for an untrained %s, with the head',
    (kind) => {
      const method = defaultMethod(kind);
      const merged = merge(method, untrained(method));
      expect([...merged.keys()]).toEqual([
        ...checkpointTensors(base.config).map(({ name }) => name),
        'score.weight',
      ]);
      for (const [name, { data }] of base.weights) expect(merged.get(name)!.data).toEqual(data);
    },
  );

  it('takes the trained weights of full fine-tuning', () => {
    const method = defaultMethod('full');
    const doubled = untrained(method).map((value) => 2 * value);
    const name = 'model.layers.1.mlp.up_proj.weight';
    expect(merge(method, doubled).get(name)!.data).toEqual(
      base.weights.get(name)!.data.map((value) => 2 * value),
    );
  });

  it.each(['adapter', 'prefix', 'p-tuning-v2', 'prompting'] as const)('refuses %s', (kind) => {
    expect(() => merge(defaultMethod(kind), new Float32Array(0))).toThrow(MergeError);
  });

  it('refuses an artifact that lacks a tensor', () => {
    const recipe = { method: defaultMethod('lora'), quantisation: 'fp32' as const };
    expect(() => mergeAdapter(base.config, base.weights, recipe, new Map())).toThrow(
      /there is no base_model\.model\..*lora_/,
    );
  });
});
