import { expect, it } from 'vitest';
import { deviceBars, rankBars, withoutRank } from './distributions.ts';
import { progressOf } from './testing.ts';

it('counts ranks in doubling classes, with those that nobody chose (H-9)', () => {
  const { recipe } = progressOf();
  const runs = [1, 8, 8, 5, 64, null].map((rank) => progressOf({ recipe: { ...recipe, rank } }));
  expect(rankBars(runs)).toEqual([
    { name: '1', count: 1 },
    { name: '2', count: 0 },
    { name: '3–4', count: 0 },
    { name: '5–8', count: 3 },
    { name: '9–16', count: 0 },
    { name: '17–32', count: 0 },
    { name: '33–64', count: 1 },
  ]);
  expect(withoutRank(runs)).toBe(1);
});

it('counts devices by backend and threads, the fastest first (H-9)', () => {
  const wasm = (threads: number) => ({ backend: 'wasm', threads, secondsPerStep: null }) as const;
  const gpu = { backend: 'webgpu', threads: 1, secondsPerStep: 0.01 } as const;
  expect(deviceBars([wasm(1), wasm(8), gpu, wasm(1)])).toEqual([
    { name: 'WebGPU', count: 1 },
    { name: 'WASM, 8 threads', count: 1 },
    { name: 'WASM, 1 thread', count: 2 },
  ]);
});
