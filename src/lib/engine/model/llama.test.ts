import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import nano from '../../../../tests/fixtures/transformers/nano-logits.json';
import small from '../../../../tests/fixtures/transformers/small-logits.json';
import { createNodeRuntime } from '../runtime/node.ts';
import { buildLogits } from '../train/language-model.ts';
import { loadBaseModel } from './base-model.ts';

describe.each([
  { rule: 'E-2', id: 'nano', fixture: nano },
  { rule: 'E-8', id: 'small', fixture: small },
])(
  '$rule: the shipped model $id agrees with Hugging Face transformers',
  async ({ id, fixture }) => {
    const base = await loadBaseModel(id, async (file) =>
      readFileSync(`static/models/${id}/${file}`),
    );

    it.each(fixture.cases)('on "$text"', async ({ text, ids, lastLogits }) => {
      expect(base.tokenizer.encode(text)).toEqual(ids);
      const runtime = await createNodeRuntime({ threads: 1 });
      const shape = { batch: 1, length: ids.length };
      const session = await runtime.createSession(buildLogits(base.config, base.weights, shape));
      const outputs = await session.run({
        ids: { data: Int32Array.from(ids), shape: [ids.length] },
      });
      const logits = (await outputs.logits!.read()).slice(-base.config.vocabSize);
      expect(lastLogits).toHaveLength(logits.length);
      const worst = Math.max(...lastLogits.map((value, i) => Math.abs(value - logits[i]!)));
      expect(worst).toBeLessThan(1e-4);
    });
  },
);
