import { describe, expect, it, vi } from 'vitest';
import { defaultRecipe } from '../../src/lib/engine/formats/recipe.ts';
import type { Rooms } from '../live/rooms.ts';
import type { Logger } from '../log.ts';
import { ForkedEvaluator } from './forked-evaluator.ts';
import type { Lease, VerificationQueue } from './queue.ts';
import { Verifier } from './verifier.ts';

const recipe = defaultRecipe();
const lease: Lease = { submissionId: 'submission', sessionId: 'session', recipe, attempt: 1 };

describe('V-4: a server that stops', () => {
  it.each(['lease', 'artifact'] as const)(
    'evaluates nothing more when it was waiting for the %s, and puts the job back',
    async (awaited) => {
      let arrive = () => {};
      const arrived = new Promise<void>((resolve) => (arrive = resolve));
      const queue = {
        lease: vi.fn(async () => {
          if (awaited === 'lease') await arrived;
          return lease;
        }),
        artifact: vi.fn(async () => {
          if (awaited === 'artifact') await arrived;
          return new Uint8Array();
        }),
        putBack: vi.fn(async () => undefined),
      };
      const evaluator = { evaluate: vi.fn(), close: vi.fn(async () => undefined) };
      const verifier = new Verifier({
        queue: queue as unknown as VerificationQueue,
        rooms: { byId: async () => null } as unknown as Rooms,
        evaluator,
        log: { error: vi.fn() } as unknown as Logger,
        now: Date.now,
      });
      verifier.wake();
      await vi.waitFor(() => expect(queue[awaited]).toHaveBeenCalled());
      const closed = verifier.close();
      arrive();
      await closed;
      expect(evaluator.evaluate).not.toHaveBeenCalled();
      expect(queue.putBack).toHaveBeenCalledExactlyOnceWith(lease);
    },
  );

  it('has an evaluator that starts no process once it is closed', async () => {
    const evaluator = new ForkedEvaluator({ secret: new Uint8Array(32), timeout: 20 });
    await evaluator.close();
    const job = { recipe, artifact: new Uint8Array() };
    await expect(evaluator.evaluate(job)).rejects.toThrow('the evaluator is closed');
  });
});
