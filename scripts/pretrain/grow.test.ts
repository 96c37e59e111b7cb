import { describe, expect, it } from 'vitest';
import { projectModel } from '../../bench/lib/project-files.ts';
import type { NamedTensor } from '../../src/lib/engine/formats/safetensors.ts';
import {
  checkpointTensors,
  parseLlamaConfig,
  type LlamaConfig,
} from '../../src/lib/engine/model/config.ts';
import { createNodeRuntime } from '../../src/lib/engine/runtime/node.ts';
import { buildLogits } from '../../src/lib/engine/train/language-model.ts';
import { doubledConfig, doubleWidth } from './grow.ts';
import { SMALL } from './small.ts';

const TEXT =
  'dog, domestic dog: a member of the genus Canis that has been domesticated by man since prehistoric times';

const bytes = (data: Float32Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

async function logits(
  config: LlamaConfig,
  weights: ReadonlyMap<string, NamedTensor>,
  ids: Int32Array,
): Promise<Float32Array> {
  const runtime = await createNodeRuntime({ threads: 1 });
  const shape = { batch: 1, length: ids.length };
  const session = await runtime.createSession(buildLogits(config, weights, shape));
  const outputs = await session.run({ ids: { data: ids, shape: [ids.length] } });
  const values = await outputs.logits!.read();
  await session.release();
  return values;
}

describe('doubling the width', () => {
  it('changes no logit of the shipped model', async () => {
    const nano = await projectModel('nano');
    const ids = Int32Array.from(nano.tokenizer.encode(TEXT));
    const before = await logits(nano.config, nano.weights, ids);
    const grown = doubleWidth(nano.config, nano.weights, 1);
    const after = await logits(doubledConfig(nano.config), grown, ids);
    expect(Math.max(...before)).toBeGreaterThan(1);
    const difference = before.reduce(
      (max, value, i) => Math.max(max, Math.abs(value - after[i]!)),
      0,
    );
    expect(difference).toBeLessThan(1e-4);
  });

  it('makes the tensors that the configuration of small asks for', async () => {
    const nano = await projectModel('nano');
    const config = parseLlamaConfig(SMALL);
    expect(doubledConfig(nano.config)).toEqual(config);
    const grown = doubleWidth(nano.config, nano.weights, 1);
    expect([...grown].map(([name, { shape }]) => ({ name, shape }))).toEqual(
      checkpointTensors(config).map(({ name, shape }) => ({ name, shape })),
    );
  });

  it('tells the copies of every linear module apart, and is repeatable', async () => {
    const nano = await projectModel('nano');
    const grown = doubleWidth(nano.config, nano.weights, 1);
    const again = doubleWidth(nano.config, nano.weights, 1);
    for (const { name, linear } of checkpointTensors(doubledConfig(nano.config))) {
      const { data } = grown.get(name)!;
      expect(bytes(data).equals(bytes(again.get(name)!.data)), name).toBe(true);
      const half = data.length / 2;
      if (linear)
        expect(bytes(data.subarray(0, half)).equals(bytes(data.subarray(half))), name).toBe(false);
    }
  });
});
