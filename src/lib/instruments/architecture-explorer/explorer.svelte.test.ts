import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { defaultRecipe } from '../../engine/formats/recipe.ts';
import type { KeptRun } from '../../lab/run-store.ts';
import { Explorer } from './explorer.svelte.ts';

vi.mock('../../lab/assets.ts', () => ({
  findLabTask: async () => ({ labels: ['a', 'b'] }),
  loadConfig: () => new Promise(() => {}),
}));

/** Answers when it is told to. */
class FakeWorker {
  static last: FakeWorker;
  onmessage: (event: { data: unknown }) => void = () => {};
  asked: { type: string; id: number; ask: unknown }[] = [];
  constructor() {
    FakeWorker.last = this;
  }
  postMessage(asked: (typeof this.asked)[number]) {
    this.asked.push(asked);
  }
  terminate() {}
  answer(index: number, answer: unknown) {
    this.onmessage({ data: { type: 'answer', id: this.asked[index]!.id, answer } });
  }
  fail(index: number, message: string) {
    this.onmessage({ data: { type: 'failed', id: this.asked[index]!.id, message } });
  }
}
beforeEach(() => void vi.stubGlobal('Worker', FakeWorker));
afterEach(() => void vi.unstubAllGlobals());

const recipe = defaultRecipe();
const run = { id: 'a', result: { recipe, artifact: new Uint8Array(1) } } as unknown as KeptRun;
function explorerOfRun(): Explorer {
  const explorer = new Explorer('');
  explorer.runs = [run];
  return explorer;
}
const asked = () => vi.waitFor(() => expect(FakeWorker.last.asked).toHaveLength(1));

it('shows no update once none is chosen, though the answer to the one before arrives later (N-4)', async () => {
  const explorer = explorerOfRun();
  const shown = explorer.showRun('a');
  await asked();
  await explorer.showRun('');
  FakeWorker.last.answer(0, null);
  await shown;
  expect(explorer.update).toBeNull();
});

it('forgets why an update did not arrive when another choice is made (N-4)', async () => {
  const explorer = explorerOfRun();
  const shown = explorer.showRun('a');
  await asked();
  FakeWorker.last.fail(0, 'The artifact is cut off.');
  await shown;
  expect(explorer.failure).toContain('The artifact is cut off.');
  await explorer.showRun('');
  expect(explorer.failure).toBeNull();
});
