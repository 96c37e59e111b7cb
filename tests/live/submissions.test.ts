import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { defaultRecipe } from '../../src/lib/engine/formats/recipe.ts';
import type { Participant } from '../../src/lib/live/session.ts';
import { verifications } from '../../server/db/schema.ts';
import type { SessionRoom } from '../../server/live/session-room.ts';
import { leaderboardOf } from '../../server/submissions/boards.ts';
import { receiptOf, receiveSubmission } from '../../server/submissions/receive.ts';
import type { EvaluationOutcome, Evaluator } from '../../server/verifier/evaluator.ts';
import { DELAYED } from '../../server/verifier/verifier.ts';
import {
  evaluatorOf,
  next,
  nextEvent,
  send,
  startRound,
  TestServer,
  upload,
  type Client,
} from './harness.ts';

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

/** The verifier works beside another file's tests, on two cores or fewer. */
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 30_000 });

const scored = (accuracy: number): EvaluationOutcome => ({
  kind: 'scored',
  accuracy,
  loss: 1,
  trainable: 6,
  artifactBytes: 80,
  memory: 30_000,
  examples: 600,
});

describe('receiving', () => {
  it('stores a run once, however often it is sent (U-2)', async () => {
    const s = await scene();
    const what = upload();
    const [first, second] = await Promise.all([submit(s, s.ada, what), submit(s, s.ada, what)]);
    expect(first).toMatchObject({ isNew: true });
    expect(second).toEqual({ submissionId: first.submissionId, isNew: false });
    expect(Object.values(s.room.state.submissions)).toMatchObject([
      {
        status: 'provisional',
        accuracy: 0.5,
        trainable: 80384,
        recipe: 'LoRA r=8',
        nickname: 'Ada',
      },
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

  it('counts each person’s submissions and closes two minutes after the round (U-4)', async () => {
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
    await eventually(() => expect(order).toEqual([1]));
    const low = await submit(s, s.ada, marked(2, 0.2));
    const high = await submit(s, s.grace, marked(3, 0.9));
    const aheadOf = (id: string) => server.root.queue.aheadOf(id);
    expect((await receiptOf(server.root.db, low.submissionId, aheadOf)).ahead).toBe(2);
    expect((await receiptOf(server.root.db, high.submissionId, aheadOf)).ahead).toBe(1);

    const verdict = nextEvent(s.host, 'submission:verified');
    release[0]!();
    expect(await verdict).toMatchObject({
      submissionId: first.submissionId,
      accuracy: 0.7,
    });
    await eventually(() => expect(order).toEqual([1, 3]));
    release[1]!();
    await eventually(() => expect(order).toEqual([1, 3, 2]));
    release[2]!();
    await eventually(async () => expect(await server.root.queue.depth()).toBe(0));
  });

  it('rejects with the reason of the artifact', async () => {
    const reason = 'The artifact holds NaN.';
    const s = await scene(evaluatorOf(() => Promise.resolve({ kind: 'rejected', reason })));
    const { submissionId } = await submit(s, s.ada);
    server.root.verifier.wake();
    await eventually(() => expect(s.room.state.submissions[submissionId]?.status).toBe('rejected'));
    expect(s.room.state.submissions[submissionId]).toMatchObject({ reason, accuracy: null });
  });

  it('keeps a submission provisional through technical failures, says so, and verifies it later (V-7)', async () => {
    let clock = 1_700_000_000_000;
    let broken = true;
    const evaluate = vi.fn<Evaluator['evaluate']>().mockImplementation(() => {
      if (broken) throw new Error('out of memory');
      return Promise.resolve(scored(0.7));
    });
    const s = await scene(
      evaluatorOf(async (job) => evaluate(job)),
      () => clock,
    );
    const seen: string[] = [];
    s.host.on('session:events', (events) => seen.push(...events.map(({ event }) => event.type)));
    const { submissionId } = await submit(s, s.ada);
    const attempted = async (times: number) => {
      server.root.verifier.wake();
      await eventually(async () => {
        const [row] = await server.root.db.select().from(verifications);
        expect(row).toMatchObject({ state: 'queued', attempts: times, failure: 'out of memory' });
      });
    };
    await attempted(1);
    const late = { status: 'provisional', accuracy: 0.5, reason: DELAYED };
    expect(s.room.state.submissions[submissionId]).toMatchObject(late);
    expect(leaderboardOf(s.room.state, null)?.rows).toMatchObject([{ ...late, rank: null }]);
    const receipt = await receiptOf(server.root.db, submissionId, () => Promise.resolve(0));
    expect(receipt).toMatchObject({ status: 'provisional', delayed: true });

    // Each wait is longer than the last one, up to five minutes; nobody is told again.
    const waits = [];
    for (let attempt = 2; attempt <= 9; attempt++) {
      const [row] = await server.root.db.select().from(verifications);
      waits.push((row!.notBefore!.getTime() - clock) / 1000);
      clock = row!.notBefore!.getTime();
      await attempted(attempt);
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
    expect(seen.filter((type) => type === 'submission:delayed')).toHaveLength(1);

    broken = false;
    clock += 300_000;
    server.root.verifier.wake();
    await eventually(() => expect(s.room.state.submissions[submissionId]?.status).toBe('verified'));
    expect(s.room.state.submissions[submissionId]).toMatchObject({ accuracy: 0.7, reason: null });
    server.root.verifier.wake();
    await eventually(() => expect(seen).toContain('submission:verified'));
    expect(seen.filter((type) => type === 'submission:verified')).toHaveLength(1);
  });

  it('goes on with others while one waits after a failure (V-7)', async () => {
    const s = await scene(
      evaluatorOf(async ({ artifact }) => {
        if (artifact.at(-1) === 1) throw new Error('out of memory');
        return scored(0.6);
      }),
    );
    const cursed = upload(undefined, 1);
    cursed.artifact[cursed.artifact.length - 1] = 1;
    const bad = await submit(s, s.ada, cursed);
    server.root.verifier.wake();
    await eventually(() =>
      expect(s.room.state.submissions[bad.submissionId]?.reason).toBe(DELAYED),
    );
    const good = await submit(s, s.grace, upload(undefined, 0.1));
    expect(await server.root.queue.aheadOf(good.submissionId)).toBe(0);
    expect(await server.root.queue.aheadOf(bad.submissionId)).toBe(1);
    server.root.verifier.wake();
    await eventually(() =>
      expect(s.room.state.submissions[good.submissionId]?.status).toBe('verified'),
    );
    expect(s.room.state.submissions[bad.submissionId]?.status).toBe('provisional');
  });

  it('gives the job of a dead verifier to another, and only one of them a verdict (V-4)', async () => {
    const release: (() => void)[] = [];
    const s = await scene(
      evaluatorOf(async () => {
        await new Promise<void>((resolve) => release.push(resolve));
        return scored(release.length / 10);
      }),
    );
    const { submissionId } = await submit(s, s.ada);
    server.root.verifier.wake();
    await eventually(() => expect(release).toHaveLength(1));
    // The lease runs out while the first verifier still works; a second one takes the job.
    await server.root.db
      .update(verifications)
      .set({ leasedUntil: new Date(0) })
      .where(eq(verifications.submissionId, submissionId));
    expect(await server.root.queue.lease(60_000)).toMatchObject({ submissionId, attempt: 2 });
    const finish = vi.spyOn(server.root.queue, 'finish');
    release[0]!();
    await eventually(() => expect(finish).toHaveResolved());
    expect(await finish.mock.results[0]!.value).toBe(false);
    expect(s.room.state.submissions[submissionId]?.status).toBe('provisional');
  });
});
