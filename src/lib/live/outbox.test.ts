import { describe, expect, it, vi } from 'vitest';
import { tinyCounts } from '../engine/testing/tiny.ts';
import { defaultRecipe } from '../engine/formats/recipe.ts';
import type { FinishedRun } from '../lab/run-controller.svelte.ts';
import type { Keep, Pending, Settled } from './keep.ts';
import { mayResubmit, newestFirst, Outbox, type Delivery } from './outbox.svelte.ts';

function memoryKeep(): Keep & { pending: Map<string, Pending> } {
  const pending = new Map<string, Pending>();
  const settled = new Map<string, Settled>();
  return {
    pending,
    settle: async (one) => {
      settled.set(one.runId, one);
      pending.delete(one.runId);
    },
    settledOf: async (code) => [...settled.values()].filter((one) => one.code === code),
    addPending: async (item) => void pending.set(item.runId, item),
    pendingOf: async (code) => [...pending.values()].filter((item) => item.code === code),
  };
}

const run: FinishedRun = {
  id: '00000000-0000-4000-8000-000000000001',
  finishedAt: 0,
  result: {
    recipe: defaultRecipe(),
    choice: { backend: 'wasm', threads: 1, reason: '' },
    counts: tinyCounts(),
    seen: null,
    trace: [],
    validations: [],
    before: { step: 0, loss: 2, accuracy: 0.1 },
    after: { step: 1, loss: 1, accuracy: 0.7 },
    answers: [],
    general: null,
    trainingSeconds: 3,
    stopped: false,
    artifact: new Uint8Array([1, 2, 3]),
  },
};
const ROUND = '00000000-0000-4000-8000-0000000000aa';
const receipt = { submissionId: 's1', status: 'provisional', ahead: 2 };
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

function setUp(answers: (() => Promise<Response>)[]) {
  const keep = memoryKeep();
  const fetch = vi.fn<typeof globalThis.fetch>(() => {
    const next = answers.shift();
    return next ? next() : Promise.reject(new Error('no more answers'));
  });
  const sleep = vi.fn(() => Promise.resolve());
  return { keep, fetch, sleep, outbox: new Outbox({ code: 'ABC234', keep, fetch, sleep }) };
}

describe('Outbox', () => {
  it('writes to disk before it sends and removes after the receipt', async () => {
    const { keep, outbox, fetch } = setUp([
      async () => {
        expect(keep.pending.has(run.id)).toBe(true);
        return json(201, receipt);
      },
    ]);
    await outbox.submit(run, ROUND);
    expect(fetch.mock.calls[0]?.[0]).toBe(`/api/sessions/ABC234/submissions/${run.id}`);
    expect(outbox.deliveries[run.id]).toMatchObject({ state: 'received', roundId: ROUND, receipt });
    expect(keep.pending.size).toBe(0);
  });

  it('goes on through lost connections and busy servers, waiting longer each time (U-8, U-9, U-13)', async () => {
    const { outbox, sleep, keep } = setUp([
      () => Promise.reject(new TypeError('failed to fetch')),
      async () => json(503, { error: 'Starting.' }),
      async () => json(429, { error: 'Slow down.' }),
      async () => json(408, { error: 'It has to begin again.' }),
      async () => json(200, receipt),
    ]);
    await outbox.submit(run, ROUND);
    expect(sleep.mock.calls.map(([ms]: unknown[]) => ms)).toEqual([1000, 2000, 4000, 8000]);
    expect(outbox.deliveries[run.id]?.state).toBe('received');
    expect(keep.pending.size).toBe(0);
  });

  it('stops at a refusal and gives its reason', async () => {
    const { outbox, keep } = setUp([async () => json(422, { error: 'The round has ended.' })]);
    await outbox.submit(run, ROUND);
    expect(outbox.deliveries[run.id]).toMatchObject({
      state: 'refused',
      reason: 'The round has ended.',
    });
    expect(keep.pending.size).toBe(0);
  });

  it('does not send a run twice', async () => {
    const { outbox, fetch } = setUp([async () => json(201, receipt)]);
    await Promise.all([outbox.submit(run, ROUND), outbox.submit(run, ROUND)]);
    expect(fetch).toHaveBeenCalledOnce();
  });

  it('takes up what an earlier visit left', async () => {
    const { outbox, keep } = setUp([async () => json(200, receipt)]);
    keep.pending.set('r9', {
      runId: 'r9',
      code: 'ABC234',
      roundId: ROUND,
      recipe: run.result.recipe,
      report: { accuracy: null, trainingSeconds: null, backend: 'wasm' },
      artifact: run.result.artifact,
      createdAt: 0,
    });
    await outbox.resume();
    expect(outbox.deliveries.r9?.state).toBe('received');
    expect(keep.pending.size).toBe(0);
  });

  it('knows after a reload what was received', async () => {
    const { outbox, keep, fetch, sleep } = setUp([async () => json(201, receipt)]);
    await outbox.submit(run, ROUND);
    const reloaded = new Outbox({ code: 'ABC234', keep, fetch, sleep });
    await reloaded.resume();
    expect(reloaded.deliveries[run.id]?.state).toBe('received');
    expect(fetch).toHaveBeenCalledOnce();
  });

  it('gives every attempt a time limit and tries again after it (U-9)', async () => {
    const late = new DOMException('The operation timed out.', 'TimeoutError');
    const { outbox, fetch } = setUp([() => Promise.reject(late), async () => json(201, receipt)]);
    await outbox.submit(run, ROUND);
    expect(fetch.mock.calls[0]?.[1]?.signal).toBeInstanceOf(AbortSignal);
    expect(outbox.deliveries[run.id]?.state).toBe('received');
  });

  it('still shows a refusal and its reason after a reload (U-10)', async () => {
    const { outbox, keep, fetch } = setUp([async () => json(409, { error: 'Round 1 has ended.' })]);
    await outbox.submit(run, ROUND);
    const reloaded = new Outbox({ code: 'ABC234', keep, fetch });
    await reloaded.resume();
    expect(reloaded.deliveries[run.id]).toMatchObject({
      state: 'refused',
      reason: 'Round 1 has ended.',
    });
    expect(fetch).toHaveBeenCalledOnce();
  });

  it('sends a refused run again in the next round, and not in the same one (U-10)', async () => {
    const { outbox, fetch } = setUp([
      async () => json(409, { error: 'Round 1 has ended.' }),
      async () => json(201, receipt),
    ]);
    await outbox.submit(run, ROUND);
    await outbox.submit(run, ROUND);
    expect(fetch).toHaveBeenCalledOnce();
    await outbox.submit(run, 'the-next-round');
    expect(outbox.deliveries[run.id]).toMatchObject({
      state: 'received',
      roundId: 'the-next-round',
    });
  });

  it('still sends where nothing can be kept, and says so', async () => {
    const { outbox, keep } = setUp([async () => json(201, receipt)]);
    keep.addPending = () => Promise.reject(new Error('blocked'));
    await outbox.submit(run, ROUND);
    expect(outbox.unsafe).toBe(true);
    expect(outbox.deliveries[run.id]?.state).toBe('received');
  });
});

describe('mayResubmit (U-10)', () => {
  const refused = (status: number): Delivery => ({
    runId: 'r',
    roundId: ROUND,
    createdAt: 0,
    state: 'refused',
    status,
    reason: '',
  });
  it.each([
    [400, false, false],
    [401, true, true],
    [409, false, true],
    [413, false, false],
    [422, false, true],
  ])('%i: in the same round %s, in another %s', (status, same, other) => {
    expect(mayResubmit(refused(status), ROUND)).toBe(same);
    expect(mayResubmit(refused(status), 'other')).toBe(other);
  });
});

it('orders deliveries by the time of submission, whatever order they were read in (U-11)', () => {
  const at = (runId: string, createdAt: number): Delivery => ({
    runId,
    roundId: ROUND,
    createdAt,
    state: 'uploading',
    attempt: 1,
  });
  const deliveries = { a: at('a', 2), b: at('b', 3), c: at('c', 1) };
  expect(newestFirst(deliveries).map(({ runId }) => runId)).toEqual(['b', 'a', 'c']);
});
