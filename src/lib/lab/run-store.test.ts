import { describe, expect, it } from 'vitest';
import type { Database } from './database.ts';
import { openRunStore, type KeptRun } from './run-store.ts';
import { result } from './testing/one-browser.ts';

const run = (n: number, accuracy = 0.5): KeptRun => ({
  id: `run${n}`,
  code: 'lab',
  finishedAt: n,
  result: { ...result, after: { step: 10, loss: 1, accuracy } },
});

/** As much of the browser's database as storing a result takes. It gives runs one by one, and never all at once. */
function disk({ prunes = true } = {}) {
  const runs = new Map<string, KeptRun>();
  const removed: string[] = [];
  const stores = {
    runs: {
      put: async (kept: KeptRun) => void runs.set(kept.id, kept),
      openCursor: () => cursor([...runs.values()]),
    },
    unfinished: { delete: async (id: string) => void removed.push(`unfinished ${id}`) },
    checkpoints: { delete: async (id: string) => void removed.push(`checkpoint ${id}`) },
  };
  const cursor = async (rest: KeptRun[]): Promise<unknown> =>
    rest.length > 0 ? { value: rest[0], continue: () => cursor(rest.slice(1)) } : null;
  const db = {
    transaction: (_names: unknown, mode?: 'readwrite') => ({
      objectStore: (name: keyof typeof stores) => stores[name],
      get store() {
        if (mode) throw new Error('not needed');
        return stores.runs;
      },
      done: Promise.resolve(),
    }),
    delete: async (_name: 'runs', id: string) => {
      if (!prunes) throw new Error('the disk is busy');
      runs.delete(id);
    },
  };
  const store = openRunStore(() => Promise.resolve(db as unknown as Database));
  return { store, runs, removed };
}

describe('openRunStore', () => {
  it('puts a result in the place of the unfinished run, and removes what is too much (K-2, K-8)', async () => {
    const { store, runs, removed } = disk();
    for (let n = 0; n < 21; n++) await store.finish(run(n, n === 3 ? 0.1 : 0.5));
    expect([...runs.keys()]).toHaveLength(20);
    expect(runs.has('run3')).toBe(false);
    expect(removed).toContain('unfinished run20');
    expect(removed).toContain('checkpoint run20');
  });

  it('keeps a result also when no room can be made (K-7)', async () => {
    const { store, runs } = disk({ prunes: false });
    for (let n = 0; n < 21; n++) await store.finish(run(n));
    expect(runs.has('run20')).toBe(true);
  });
});
