import { expect, it } from 'vitest';
import {
  defaultMethod,
  defaultOptimiser,
  METHOD_KINDS,
  OPTIMISER_KINDS,
  QUANTISATIONS,
  type Method,
  type Optimiser,
} from '../formats/recipe.ts';
import { createNodeRuntime } from '../runtime/node.ts';
import type { Held, HostTensor, Runtime } from '../runtime/runtime.ts';
import { trainingStep } from './classifier.ts';
import { CASES, firstSteps, firstThatComputesRight, selfCheck, specOf } from './self-check.ts';

/** A backend whose outputs named `name` come out changed. */
async function faulty(name: string, change: (value: number) => number): Promise<Runtime> {
  const runtime = await createNodeRuntime({ threads: 1 });
  return {
    ...runtime,
    async createSession(model, options) {
      const session = await runtime.createSession(model, options);
      return {
        release: () => session.release(),
        async run(feeds) {
          const outputs = await session.run(feeds);
          const held = outputs[name];
          if (!held) return outputs;
          const whole = await held.readWhole().catch(() => null);
          const data = whole ? whole.map(change) : (await held.read()).map(change);
          // Both an output that is read and a value that is fed into the next step.
          const changed: Held & HostTensor = {
            shape: held.shape,
            data,
            read: async () => Float32Array.from(data),
            readExact: () => held.readExact(),
            readWhole: async () => Int32Array.from(data),
            dispose: () => held.dispose(),
          };
          return { ...outputs, [name]: changed };
        },
      };
    },
  };
}

it.each(CASES)("E-7: the self-check's numbers are onnxruntime-node's: $name", async (example) => {
  const readings = await firstSteps(await createNodeRuntime({ threads: 1 }), example);
  expect(readings).toEqual(
    example.expected.map(({ loss, gradientNorm }) => ({
      loss: expect.closeTo(loss, 4) as number,
      gradientNorm: expect.closeTo(gradientNorm, 4) as number,
    })),
  );
});

it.each(['nextCodes1', 'nextMaxima2', 'nextVelocity', 'nextMoment2'])(
  'E-7: the self-check sees a fault in what an optimiser remembers: %s',
  async (name) => {
    const fault = await selfCheck(await faulty(name, (value) => Math.floor(value * 0.5)));
    expect(fault).not.toBeNull();
  },
);

/** `operator input-type output-type` of every node of a training step. */
function operators(spec: Parameters<typeof trainingStep>[0], optimiser: Optimiser): string[] {
  const { graph } = trainingStep(spec, optimiser, true);
  const types = new Map<string, string>();
  for (const { name, dtype } of [...graph.inputs, ...graph.initializers]) types.set(name, dtype);
  return graph.nodes.map(({ op, inputs, output, dtype }) => {
    types.set(output, dtype);
    return `${op} ${types.get(inputs[0]!)} ${dtype}`;
  });
}

it('E-7: the self-check holds every operator of any training step', () => {
  const checked = new Set(
    CASES.flatMap((example) => {
      const spec = specOf(example);
      return operators(spec, spec.recipe.optimiser);
    }),
  );
  const lora = defaultMethod('lora');
  const methods: Method[] = [
    ...METHOD_KINDS.filter((kind) => kind !== 'prompting').map((kind) => defaultMethod(kind)),
    { ...lora, dora: true, dropout: 0.5, plusRatio: 4 },
    { kind: 'adapter', placement: 'houlsby', reduction: 4 },
    { kind: 'full', frozenLayers: 1 },
  ];
  const spec = specOf(CASES[0]!);
  const used = methods.flatMap((method) =>
    OPTIMISER_KINDS.flatMap((kind) =>
      (method.kind === 'full' ? (['fp32'] as const) : QUANTISATIONS).flatMap((quantisation) =>
        [false, true].flatMap((recomputeActivations) => {
          const recipe = { ...spec.recipe, method, quantisation, recomputeActivations };
          return operators({ ...spec, recipe }, defaultOptimiser(kind, 1e-3));
        }),
      ),
    ),
  );
  expect([...new Set(used)].filter((operator) => !checked.has(operator))).toEqual([]);
});

it('E-7: the self-check passes a backend that computes right', async () => {
  expect(await selfCheck(await createNodeRuntime({ threads: 1 }))).toBeNull();
});

it.each([
  [
    'a loss half a per cent off',
    'loss',
    (value: number) => value * 1.005,
    /loss of 2\.07\d where 2\.06\d/,
  ],
  ['a gradient that is no number', 'gradientNorm', () => NaN, /gradient norm of NaN/],
])('E-7: the self-check names what is wrong: %s', async (_what, name, change, sentence) => {
  expect(await selfCheck(await faulty(name, change))).toMatch(sentence);
});

it('E-7: a GPU that computes wrong gives way to WASM, and the reason says why', async () => {
  const wrong = await faulty('loss', (value) => 2 * value);
  const gpu: Runtime = { ...wrong, choice: { backend: 'webgpu', threads: 1, reason: 'a GPU' } };
  const wasm = await createNodeRuntime({ threads: 1 });
  const reasons: string[] = [];
  const chosen = await firstThatComputesRight(Promise.resolve(gpu), (because) => {
    reasons.push(because);
    return Promise.resolve(wasm);
  });
  expect(chosen).toBe(wasm);
  expect(reasons).toEqual([
    expect.stringMatching(/^WebGPU failed its self-check: LoRA on NF4 .*\.$/),
  ]);
});
