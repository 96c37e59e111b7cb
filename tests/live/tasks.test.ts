/** A round on each shipped task: the real verifier scores what was trained for it, and nothing else is taken. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SHIPPED_TASKS } from '../../src/lib/engine/data/shipped-tasks.ts';
import { defaultChallenge } from '../../src/lib/live/challenge.ts';
import type { Participant } from '../../src/lib/live/session.ts';
import type { SessionRoom } from '../../server/live/session-room.ts';
import { receiveSubmission } from '../../server/submissions/receive.ts';
import { ForkedEvaluator } from '../../server/verifier/forked-evaluator.ts';
import { honestRun, type HonestRun } from '../support/honest-run.ts';
import { next, send, TestServer, type Client } from './harness.ts';

const secret = new TextEncoder().encode('a secret of this test');
let server: TestServer;
let host: Client;
let room: SessionRoom;
let ada: Participant;

beforeAll(async () => {
  server = await TestServer.start({ evaluator: new ForkedEvaluator({ secret, timeout: 60_000 }) });
  const { code, hostCookie } = await server.session();
  host = server.connect(code, 'host', hostCookie);
  await next(host, 'session:snapshot');
  ada = (await server.join(code, 'Ada')).participant;
  room = (await server.root.rooms.byCode(code))!;
});
afterAll(() => server.stop());

const startRound = (task: string) =>
  send(host, 'round:start', {
    requestId: randomUUID(),
    challenge: { ...defaultChallenge(), task },
  });
const endRound = () => send(host, 'round:end', { requestId: randomUUID() });

const submit = ({ recipe, report, artifact }: HonestRun) =>
  receiveSubmission(
    server.root.db,
    room,
    ada,
    {
      runId: randomUUID(),
      roundId: null,
      recipe: JSON.stringify(recipe),
      report: JSON.stringify(report),
      artifact,
    },
    server.root.now,
  );

describe.each(SHIPPED_TASKS.map(({ id, labels }) => ({ id, labels: labels.length })))(
  '$id',
  ({ id, labels }) => {
    it('D-10: is verified on its own private split, above chance; another task is refused', async () => {
      expect(await startRound(id)).toMatchObject({ ok: true });
      const run = await honestRun(id);
      const { submissionId } = await submit(run);
      server.root.verifier.wake();
      await vi.waitFor(
        () => expect(room.state.submissions[submissionId]?.status).not.toBe('provisional'),
        { timeout: 60_000 },
      );
      const { status, accuracy, trainable } = room.state.submissions[submissionId]!;
      expect(status).toBe('verified');
      expect(trainable).toBe(128 * labels);
      expect(accuracy).toBeGreaterThan(1.2 / labels);

      for (const task of ['custom-0123456789ab', 'no-such-task'])
        await expect(submit({ ...run, recipe: { ...run.recipe, task } })).rejects.toMatchObject({
          status: 422,
          message: `This round's task is ${id}.`,
        });
      expect(await endRound()).toMatchObject({ ok: true });
    });
  },
);

it('L-15: no round starts on a task that one browser alone has', async () => {
  expect(await startRound('custom-0123456789ab')).toMatchObject({ ok: false });
});
