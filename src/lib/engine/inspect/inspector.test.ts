import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import nano from '../../../../tests/fixtures/transformers/nano-activations.json';
import small from '../../../../tests/fixtures/transformers/small-activations.json';
import { LINEAR_MODULES } from '../formats/recipe.ts';
import { loadBaseModel } from '../model/base-model.ts';
import { linearPath, linearShape } from '../model/config.ts';
import { roundedTo } from '../quant/quantise.ts';
import { createNodeRuntime } from '../runtime/node.ts';
import { seen } from './graph.ts';
import { INSPECTED_TOKENS, Inspector, type Values } from './inspector.ts';

const load = (id: string) =>
  loadBaseModel(id, async (file) => readFileSync(`static/models/${id}/${file}`));
const runtime = await createNodeRuntime({ threads: 1 });

/** Largest distance between what was seen and what is expected, the latter every so many columns. */
function worst({ shape, data }: Values, expected: readonly number[], every = 1): number {
  const columns = shape.at(-1)!;
  const kept = data.filter((_, index) => (index % columns) % every === 0);
  expect(kept).toHaveLength(expected.length);
  return Math.max(...expected.map((value, index) => Math.abs(value - kept[index]!)));
}

describe.each([
  { id: 'nano', fixture: nano },
  { id: 'small', fixture: small },
])('inspecting $id', async ({ id, fixture }) => {
  const base = await load(id);
  const inspector = await Inspector.create(runtime, base, 'fp32');
  afterAll(() => inspector.release());

  it.each(fixture.cases)(
    'sees the activations and the attention of transformers on "$text", to 1e-4 (N-2)',
    async ({ text, ids, residual, hidden, attention }) => {
      const { tokens, values } = await inspector.inspect(text);
      expect(tokens.map(({ id }) => id)).toEqual(ids);
      const differences = [
        ...residual.map((x, blocks) => worst(values.get(seen.residual(blocks))!, x, fixture.every)),
        worst(values.get(seen.hidden)!, hidden, fixture.every),
        ...attention.map((x, layer) => worst(values.get(seen.attention(layer))!, x)),
      ];
      expect(differences).toHaveLength(2 * base.config.layers + 2);
      expect(Math.max(...differences)).toBeLessThan(1e-4);
    },
  );
});

describe('an inspection', async () => {
  const base = await load('nano');

  it.each(['fp32', 'nf4'] as const)(
    'holds what each matrix reads and writes, stored as %s (N-2)',
    async (quantisation) => {
      const inspector = await Inspector.create(runtime, base, quantisation);
      const { tokens, values } = await inspector.inspect('a small bird');
      await inspector.release();
      for (const module of LINEAR_MODULES) {
        const shape = linearShape(base.config, module);
        const [out, into] = shape;
        const stored = base.weights.get(`${linearPath(1, module)}.weight`)!.data;
        const weight = quantisation === 'fp32' ? stored : roundedTo(quantisation, stored, shape);
        const x = values.get(seen.input(1, module))!;
        const y = values.get(seen.output(1, module))!;
        expect([x.shape, y.shape]).toEqual([
          [tokens.length, into],
          [tokens.length, out],
        ]);
        const [token, row] = [tokens.length - 1, 5];
        let sum = 0;
        for (let j = 0; j < into; j++) sum += weight[row * into + j]! * x.data[token * into + j]!;
        expect(y.data[token * out + row]).toBeCloseTo(sum, 4);
      }
    },
  );

  it('reads a text up to its limit and says so, and expects something after every token (N-2)', async () => {
    const inspector = await Inspector.create(runtime, base, 'fp32');
    const long = await inspector.inspect('a word and another word '.repeat(20));
    expect(long.cut).toBe(true);
    expect(long.tokens).toHaveLength(INSPECTED_TOKENS);
    const empty = await inspector.inspect('');
    await inspector.release();
    expect(empty).toMatchObject({ cut: false, tokens: [{ id: base.config.bosToken }] });
    for (const { next } of long.tokens) {
      const chances = next.map(({ probability }) => probability);
      expect(chances).toEqual([...chances].sort((a, b) => b - a));
      expect(chances[0]).toBeGreaterThan(0);
      expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeLessThanOrEqual(1 + 1e-6);
    }
  });
});
