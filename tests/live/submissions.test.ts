import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { defaultRecipe } from '../../src/lib/engine/formats/recipe.ts';
import type { Participant } from '../../src/lib/live/session.ts';
import { verifications } from '../../server/db/schema.ts';
import type { SessionRoom } from '../../server/live/session-room.ts';
import { receiptOf, receiveSubmission } from '../../server/submissions/receive.ts';
import type { EvaluationOutcome, Evaluator } from '../../server/verifier/evaluator.ts';
import { evaluatorOf, next, send, startRound, TestServer, upload, type Client } from './harness.ts';

let server: TestServer;
afterEach(() => server.stop());

interface Scene {
  host: Client;
  room: SessionRoom;
  ada: Participant;
  grace: Participant;
}

async function scene(evaluator?: Evaluator, now?: () => number): Promise<Scene> {
  server = await TestServer.start({ ...(evaluator ? { evaluator } : {}), ...(now ? { now } : {}) });
  const { code, hostCookie } = await server.session();
  const host = server.connect(code, 'host', hostCookie);
  await next(host, 'session:snapshot');
  await startRound(host);
  const ada = (await server.join(code, 'Ada')).participant;
  const grace = (await server.join(code, 'Grace')).participant;
  return { host, room: (await server.root.rooms.byCode(code))!, ada, grace };
}

const submit = ({ room }: Scene, who: Participant, what = upload()) =>
  receiveSubmission(server.root.db, room, who, what, server.root.now);

const scored = (accuracy: number): EvaluationOutcome => ({
  kind: 'scored',
  accuracy,
  loss: 1,
  trainable: 6,
  artifactBytes: 80,
  examples: 600,
});

describe('receiving', () => {
  it('stores a run once, however often it is sent', async () => {
    const s = await scene();
    const what = upload();
    const [first, second] = await Promise.all([submit(s, s.ada, what), submit(s, s.ada, what)]);
    expect(first).toMatchObject({ isNew: true });
    expect(second).toEqual({ submissionId: first.submissionId, isNew: false });
    expect(Object.values(s.room.state.submissions)).toMatchObject([
      { status: 'provisional', accuracy: 0.5, trainable: 6, recipe: 'LoRA r=8', nickname: 'Ada' },
    ]);
  });

  it('refuses a run id used for other bytes or by another person', async () => {
    const s = await scene();
    const what = upload();
    await submit(s, s.ada, what);
    const changed = what.artifact.slice();
    changed[changed.length - 1] = 1;
    await expect(submit(s, s.ada, { ...what, artifact: changed })).rejects.toMatchObject({
      status: 409,
    });
    await expect(submit(s, s.grace, what)).rejects.toMatchObject({ status: 409, field: 'runId' });
  });

  it('refuses what the round does not allow, in a sentence', async () => {
    const s = await scene();
    const recipe = JSON.stringify({ ...defaultRecipe(), steps: 900 });
    await expect(submit(s, s.ada, { ...upload(), recipe })).rejects.toMatchObject({
      status: 422,
      message: "900 steps are above this round's limit of 600.",
    });
    await expect(submit(s, s.ada, { ...upload(), recipe: '{' })).rejects.toMatchObject({
      status: 400,
      field: 'recipe',
    });
    await expect(submit(s, s.ada, { ...upload(), report: '{}' })).rejects.toMatchObject({
      status: 400,
    });
    await expect(submit(s, s.ada, upload('no'))).rejects.toMatchObject({
      status: 400,
      field: 'runId',
    });
    expect(s.room.state.submissions).toEqual({});
  });

  it('counts each person’s submissions and closes two minutes after the round', async () => {
    let clock = 1_700_000_000_000;
    const s = await scene(undefined, () => clock);
    for (let i = 0; i < 10; i++) await submit(s, s.ada);
    await expect(submit(s, s.ada)).rejects.toMatchObject({ status: 422 });
    await send(s.host, 'round:end', { requestId: crypto.randomUUID() });
    clock += 119_000;
    await submit(s, s.grace);
    clock += 2000;
    await expect(submit(s, s.grace)).rejects.toThrow('Round 1 has ended.');
  });
});

describe('verifying', () => {
  it('takes the most promising first and tells every screen', async () => {
    const order: number[] = [];
    const release: (() => void)[] = [];
    const s = await scene(
      evaluatorOf(async ({ artifact }) => {
        order.push(artifact.at(-1)!);
        await new Promise<void>((resolve) => release.push(resolve));
        return scored(0.7);
      }),
    );
    const marked = (mark: number, accuracy: number) => {
      const what = upload(undefined, accuracy);
      what.artifact[what.artifact.length - 1] = mark;
      return what;
    };
    const first = await submit(s, s.ada, marked(1, 0.1));
    server.root.verifier.wake();
    await vi.waitFor(() => expect(order).toEqual([1]));
    const low = await submit(s, s.ada, marked(2, 0.2));
    const high = await submit(s, s.grace, marked(3, 0.9));
    const aheadOf = (id: string) => server.root.queue.aheadOf(id);
    expect((await receiptOf(server.root.db, low.submissionId, aheadOf)).ahead).toBe(2);
    expect((await receiptOf(server.root.db, high.submissionId, aheadOf)).ahead).toBe(1);

    const verdict = next(
      s.host,
      'session:events',
      (events) => events[0]?.event.type === 'submission:verified',
    );
    release[0]!();
    expect((await verdict)[0][0]?.event).toMatchObject({
      submissionId: first.submissionId,
      accuracy: 0.7,
    });
    await vi.waitFor(() => expect(order).toEqual([1, 3]));
    release[1]!();
    await vi.waitFor(() => expect(order).toEqual([1, 3, 2]));
    release[2]!();
    await vi.waitFor(async () => expect(await server.root.queue.depth()).toBe(0));
  });

  it('rejects with the reason of the artifact', async () => {
    const reason = 'The artifact holds NaN.';
    const s = await scene(evaluatorOf(() => Promise.resolve({ kind: 'rejected', reason })));
    const { submissionId } = await submit(s, s.ada);
    server.root.verifier.wake();
    await vi.waitFor(() => expect(s.room.state.submissions[submissionId]?.status).toBe('rejected'));
    expect(s.room.state.submissions[submissionId]).toMatchObject({ reason, accuracy: null });
  });

  it('tries again when the evaluator fails, three times at most', async () => {
    const evaluate = vi.fn<Evaluator['evaluate']>().mockRejectedValue(new Error('out of memory'));
    const s = await scene(evaluatorOf(evaluate));
    const { submissionId } = await submit(s, s.ada);
    server.root.verifier.wake();
    await vi.waitFor(() => expect(s.room.state.submissions[submissionId]?.status).toBe('rejected'));
    expect(evaluate).toHaveBeenCalledTimes(3);
    expect(s.room.state.submissions[submissionId]?.reason).toContain('could not evaluate');
    const [row] = await server.root.db.select().from(verifications);
    expect(row).toMatchObject({ state: 'done', failure: 'out of memory' });
  });

  it('gives the job of a dead verifier to another, and only one of them a verdict', async () => {
    const release: (() => void)[] = [];
    const s = await scene(
      evaluatorOf(async () => {
        await new Promise<void>((resolve) => release.push(resolve));
        return scored(release.length / 10);
      }),
    );
    const { submissionId } = await submit(s, s.ada);
    server.root.verifier.wake();
    await vi.waitFor(() => expect(release).toHaveLength(1));
    // The lease runs out while the first verifier still works; a second one takes the job.
    await server.root.db
      .update(verifications)
      .set({ leasedUntil: new Date(0) })
      .where(eq(verifications.submissionId, submissionId));
    expect(await server.root.queue.lease(60_000)).toMatchObject({ submissionId, attempt: 2 });
    release[0]!();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(s.room.state.submissions[submissionId]?.status).toBe('provisional');
  });
});
