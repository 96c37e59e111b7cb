import { expect, it } from 'vitest';
import { createNodeRuntime } from '../runtime/node.ts';
import type { Held, Runtime } from '../runtime/runtime.ts';
import { firstThatComputesRight, selfCheck } from './self-check.ts';

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
          const held = outputs[name]!;
          const changed: Held = {
            shape: held.shape,
            read: async () => (await held.read()).map(change),
            readExact: () => held.readExact(),
            readWhole: () => held.readWhole(),
            dispose: () => held.dispose(),
          };
          return { ...outputs, [name]: changed };
        },
      };
    },
  };
}

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
