/**
 * On WebGPU every node of every graph must run there: one that falls back to the CPU copies its tensors off the GPU
 * and back at every step. ONNX Runtime says where it placed each node in its verbose log, which is read here. The
 * same runs go on in Node, and their numbers must agree.
 */
import { expect, test } from '@playwright/test';
import { openPageRuntime, type Placements } from '../../bench/lib/page-runtime.ts';
import {
  defaultMethod,
  defaultOptimiser,
  type Method,
  type Recipe,
} from '../../src/lib/engine/formats/recipe.ts';
import { Inspector } from '../../src/lib/engine/inspect/inspector.ts';
import { createNodeRuntime } from '../../src/lib/engine/runtime/node.ts';
import { TINY_TASK, tinyModel, tinyRecipe } from '../../src/lib/engine/testing/tiny.ts';
import type { LanguageModelBatch } from '../../src/lib/engine/data/general-text.ts';
import { GENERAL_SHAPE } from '../../src/lib/engine/train/general-loss.ts';
import { runRecipe, type RunInput } from '../../src/lib/engine/train/trainer.ts';

/** Of losses, in nats. */
const TOLERANCE = 1e-4;
const LORA = { ...defaultMethod('lora'), rank: 2, alpha: 4 };
const words = 'apple tree ocean river under stone inner cloud'.split(' ');
const examples = words.map((text) => ({ text, label: Number(/^[aeiou]/.test(text)) }));

/**
 * Every method, option, quantisation and optimiser, accumulation and recomputation; several at once, since a node
 * is placed by its kernel whatever stands around it. `graphs` are made in a run: evaluation, step and what else is said.
 */
const CASES: { name: string; method: Method; change?: Partial<Recipe>; graphs: number }[] = [
  { name: 'LoRA', method: LORA, graphs: 2 },
  {
    name: 'DoRA with LoRA+, rsLoRA and dropout on int4, recomputed',
    method: { ...LORA, dora: true, dropout: 0.4, plusRatio: 8, scaling: 'rank-stabilised' },
    change: { quantisation: 'int4', recomputeActivations: true },
    graphs: 2,
  },
  {
    name: 'LoRA on NF4 under SGD, recomputed, accumulated',
    method: { ...LORA, targets: ['q_proj', 'down_proj'] },
    change: {
      quantisation: 'nf4',
      optimiser: defaultOptimiser('sgd', 3e-3),
      recomputeActivations: true,
      accumulation: 2,
    },
    graphs: 3,
  },
  {
    name: 'LoRA on int8 under 8-bit AdamW',
    method: LORA,
    change: { quantisation: 'int8', optimiser: defaultOptimiser('adamw-8bit', 3e-3) },
    graphs: 2,
  },
  { name: 'full', method: defaultMethod('full'), change: { accumulation: 2 }, graphs: 3 },
  {
    name: 'full above a frozen layer, recomputed, under 8-bit AdamW',
    method: { kind: 'full', frozenLayers: 1 },
    change: { recomputeActivations: true, optimiser: defaultOptimiser('adamw-8bit', 5e-4) },
    graphs: 2,
  },
  { name: 'head', method: defaultMethod('head'), graphs: 2 },
  {
    name: 'Houlsby adapters on int8, recomputed',
    method: { kind: 'adapter', placement: 'houlsby', reduction: 8 },
    change: { quantisation: 'int8', recomputeActivations: true },
    graphs: 2,
  },
  {
    name: 'Pfeiffer adapters',
    method: { kind: 'adapter', placement: 'pfeiffer', reduction: 4 },
    graphs: 2,
  },
  {
    name: 'prefix tuning, recomputed, with the graph that folds its MLP away',
    method: { kind: 'prefix', length: 3, hidden: 5 },
    change: { recomputeActivations: true },
    graphs: 3,
  },
  {
    name: 'P-Tuning v2 on NF4 with double quantisation',
    method: { kind: 'p-tuning-v2', length: 3 },
    change: { quantisation: 'nf4-double' },
    graphs: 2,
  },
  {
    name: 'IA³ on int4',
    method: defaultMethod('ia3'),
    change: { quantisation: 'int4' },
    graphs: 2,
  },
  {
    name: 'prompting, and the loss on general English',
    method: { kind: 'prompting', shots: 1, template: null },
    change: { sequenceLength: 24 },
    graphs: 2,
  },
];

test('E-1, E-6: no node leaves the GPU, and every method computes there what it computes in Node', async () => {
  test.setTimeout(600_000);
  const sessions: Placements[] = [];
  const gpu = await openPageRuntime((placements) => sessions.push(placements));
  const cpu = await createNodeRuntime({ threads: 1 });
  try {
    for (const { name, method, change, graphs } of CASES)
      await test.step(name, async () => {
        sessions.length = 0;
        const input: Omit<RunInput, 'runtime'> = {
          base: tinyModel(),
          task: TINY_TASK,
          train: examples,
          validation: examples,
          recipe: tinyRecipe(method, { steps: 2, ...change }),
          ...(method.kind === 'prompting' ? { general: [generalBatch()] } : {}),
        };
        const there = await runRecipe({ ...input, runtime: gpu });
        const here = await runRecipe({ ...input, runtime: cpu });
        expect(sessions, name).toHaveLength(graphs);
        for (const placements of sessions) {
          expect(placements, name).toHaveLength(1);
          expect(placements[0], name).toContain('All nodes placed on [WebGpuExecutionProvider]');
        }
        const losses = ({ trace, before, after, general }: typeof here) =>
          [...trace, before, after].map(({ loss }) => loss).concat(general?.after ?? []);
        losses(there).forEach((loss, index) =>
          expect(Math.abs(loss - losses(here)[index]!), name).toBeLessThan(TOLERANCE),
        );
        expect(losses(there)).toHaveLength(losses(here).length);
      });
  } finally {
    await gpu.close();
  }
});

test('E-6, N-2: the architecture explorer sees on the GPU what it sees in Node', async () => {
  test.setTimeout(300_000);
  const sessions: Placements[] = [];
  const gpu = await openPageRuntime((placements) => sessions.push(placements));
  const cpu = await createNodeRuntime({ threads: 1 });
  try {
    for (const quantisation of ['fp32', 'nf4'] as const) {
      sessions.length = 0;
      const [there, here] = await Promise.all(
        [gpu, cpu].map(async (runtime) => {
          const inspector = await Inspector.create(runtime, tinyModel(), quantisation);
          const seen = await inspector.inspect('apple tree under the stone');
          await inspector.release();
          return seen;
        }),
      );
      for (const placements of sessions)
        expect(placements[0], quantisation).toContain(
          'All nodes placed on [WebGpuExecutionProvider]',
        );
      expect(sessions).toHaveLength(1);
      expect([...there!.values.keys()]).toEqual([...here!.values.keys()]);
      for (const [name, { data }] of here!.values) {
        const other = there!.values.get(name)!.data;
        const apart = data.map((value, index) => Math.abs(value - other[index]!));
        expect(Math.max(...apart), `${quantisation} ${name}`).toBeLessThan(TOLERANCE);
      }
    }
  } finally {
    await gpu.close();
  }
});

function generalBatch(): LanguageModelBatch {
  const rows = GENERAL_SHAPE.batch * GENERAL_SHAPE.length;
  const { vocabSize } = tinyModel().config;
  return {
    ids: Int32Array.from({ length: rows }, (_, row) => (7 * row) % vocabSize),
    targets: Int32Array.from({ length: rows }, (_, row) => (7 * row + 7) % vocabSize),
    weights: new Float32Array(rows).fill(1 / rows),
    count: rows,
  };
}
