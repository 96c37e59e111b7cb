import { afterEach, describe, expect, it, vi } from 'vitest';
import { AskClient } from './client.ts';
import { dieOf } from './die.ts';

interface Sums {
  add: { ask: [number, number]; answer: number };
}
class FakeWorker {
  static made: FakeWorker[] = [];
  onmessage: (event: { data: unknown }) => void = () => {};
  onerror: (event: { message?: string }) => void = () => {};
  asked: { id: number; ask: unknown }[] = [];
  ended = false;
  constructor() {
    FakeWorker.made.push(this);
  }
  postMessage(asked: { id: number; ask: unknown }) {
    this.asked.push(asked);
  }
  terminate() {
    this.ended = true;
  }
}
const client = () =>
  new AskClient<Sums>(
    () => new FakeWorker() as unknown as Worker,
    () => {},
  );

afterEach(() => {
  FakeWorker.made = [];
  vi.useRealTimers();
});

describe('an instrument whose worker dies (N-5, N-23)', () => {
  it('hears of every question that it waits for, and asks the next one of a new worker', async () => {
    const sums = client();
    const waiting = [sums.ask('add', [1, 2]), sums.ask('add', [3, 4])];
    const [first] = FakeWorker.made;
    first!.onerror({ message: 'Uncaught Error: The GPU was lost.' });
    for (const answer of waiting) await expect(answer).rejects.toThrow(/^The GPU was lost\.$/);
    expect(first!.ended).toBe(true);

    const next = sums.ask('add', [5, 6]);
    const second = FakeWorker.made[1]!;
    second.onmessage({ data: { type: 'answer', id: second.asked[0]!.id, answer: 11 } });
    await expect(next).resolves.toBe(11);
  });

  it('dies of a lost GPU outside of any promise', () => {
    vi.useFakeTimers();
    dieOf('The GPU was lost.');
    expect(() => vi.runAllTimers()).toThrow('The GPU was lost.');
  });
});

describe.each([
  [
    'the architecture explorer',
    '../architecture-explorer/explorer.worker.ts',
    { type: 'inspect', id: 1, ask: {} },
  ],
  ['the optimiser paths', '../optimiser-paths/model.worker.ts', { settings: { shown: [] } }],
])('the worker of %s (N-5, N-36)', (_name, path, question) => {
  it('dies when its GPU is lost', async () => {
    const openRuntime = vi.fn(() => new Promise(() => {}));
    vi.doMock('../../lab/browser-runtime.ts', () => ({ openRuntime }));
    let told: (event: { data: unknown }) => void = () => {};
    vi.stubGlobal('self', {
      addEventListener: (_type: string, listen: typeof told) => (told = listen),
      postMessage: () => {},
    });
    await import(path);
    told({ data: question });
    await vi.waitFor(() => expect(openRuntime).toHaveBeenCalledWith({ onlost: dieOf }));
    vi.unstubAllGlobals();
    vi.doUnmock('../../lab/browser-runtime.ts');
  });
});
