import { describe, expect, it } from 'vitest';
import { defaultRecipe } from '../engine/formats/recipe.ts';
import { FakeWorker } from './testing/one-browser.ts';
import { WorkerClient } from './worker-client.ts';
import type { Preflight } from './worker-protocol.ts';

const preflight = (reason: string): Preflight => ({
  choice: { backend: 'wasm', threads: 1, reason },
  speed: null,
});

describe('WorkerClient', () => {
  it('takes the answer to an earlier warming for none to the last one (L-9)', async () => {
    const worker = new FakeWorker();
    const client = new WorkerClient(() => worker);
    const first = client.warm(defaultRecipe());
    const second = client.warm(defaultRecipe('full'));
    const [one, two] = worker.sent.flatMap((m) => (m.type === 'warm' ? [m.warming] : []));
    expect(await first).toBeNull();
    worker.say({ type: 'ready', warming: one!, preflight: preflight('of the first') });
    worker.say({ type: 'ready', warming: two!, preflight: preflight('of the second') });
    expect(await second).toEqual(preflight('of the second'));
  });
});
