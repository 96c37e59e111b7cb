/** What the class has chosen and what it trains on, as counted bars. Pure. */
import { deviceName } from '../device-words.ts';
import type { Preflight, Progress } from '../protocol.ts';

export interface Bar {
  name: string;
  count: number;
}

/** Doubling classes, as ranks are chosen; all of them are shown, so that two rounds can be compared. */
const RANKS = [1, 2, 4, 8, 16, 32, 64];

/** LoRA's ranks among the runs, in doubling classes; runs of other methods have none. */
export function rankBars(runs: readonly Progress[]): Bar[] {
  const ranks = runs.flatMap(({ recipe }) => (recipe.rank === null ? [] : [recipe.rank]));
  return RANKS.map((top, index) => {
    const bottom = (RANKS[index - 1] ?? 0) + 1;
    return {
      name: bottom === top ? String(top) : `${bottom}–${top}`,
      count: ranks.filter((rank) => rank >= bottom && rank <= top).length,
    };
  });
}

export const withoutRank = (runs: readonly Progress[]): number =>
  runs.filter(({ recipe }) => recipe.rank === null).length;

/** Backend and threads, the fastest first: WebGPU, then WASM by threads. */
export function deviceBars(devices: readonly Preflight[]): Bar[] {
  const counts = new Map<string, Bar & { order: number }>();
  for (const device of devices) {
    const name = deviceName(device);
    const order = device.backend === 'webgpu' ? -Infinity : -device.threads;
    const held = counts.get(name) ?? { name, count: 0, order };
    counts.set(name, { ...held, count: held.count + 1 });
  }
  return [...counts.values()]
    .sort((a, b) => a.order - b.order)
    .map(({ name, count }) => ({ name, count }));
}
