/** A class that walks through a plan, over real sockets: S-26 and the rules after it. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultRecipe } from '../../src/lib/engine/formats/recipe.ts';
import type { Offer, ServerToClient } from '../../src/lib/live/protocol.ts';
import { cellsOf, type Sweep } from '../../src/lib/live/sweep.ts';
import { resultsOf } from '../../src/lib/live/sweep-results.ts';
import { receiveSubmission } from '../../server/submissions/receive.ts';
import { next, send, startRound, TestServer, upload, type Client } from './harness.ts';
import {
  ask,
  changePlan,
  classroom,
  LESSON,
  planned,
  POLL,
  PREDICTION,
  SWEEP,
} from './planned-class.ts';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.stop());

describe('the plan', () => {
  it('is walked forward and back, a repeat moves nothing, and a running round ends with the step (S-26)', async () => {
    const { host, adas, room } = await planned(server);
    const requestId = randomUUID();
    const go = (activityId: string) => ask(host.client, 'activity:go', { activityId });
    expect(
      await send(host.client, 'activity:go', { requestId, activityId: LESSON.id }),
    ).toMatchObject({ ok: true });
    await adas.until(({ activityId }) => activityId === LESSON.id);
    const { seq } = room.state;
    await send(host.client, 'activity:go', { requestId, activityId: LESSON.id });
    expect(room.state.seq).toBe(seq);

    await startRound(host.client);
    expect(await go(POLL.id)).toMatchObject({ ok: true });
    const after = await adas.until(({ phase }) => phase === 'between-rounds');
    expect(after.activityId).toBe(POLL.id);
    expect(after.rounds[0]?.endedAt).not.toBeNull();
    expect(await go(LESSON.id)).toMatchObject({ ok: true });
    expect(await go(randomUUID())).toMatchObject({ ok: false, field: 'activityId' });
    expect(await ask(adas.client, 'activity:go', { activityId: POLL.id })).toMatchObject({
      ok: false,
      error: 'Only the host of this session can do this.',
    });
  });

  it('may lose any activity but the one that the class is at, and junk changes nothing (S-23)', async () => {
    const { host, room } = await planned(server);
    await ask(host.client, 'activity:go', { activityId: LESSON.id });
    const { seq } = room.state;
    for (const plan of [
      [POLL],
      [LESSON, LESSON],
      [{ ...LESSON, title: ' ' }],
      [LESSON, { ...POLL, correct: 9 }],
      'junk',
    ])
      expect(await changePlan({ host, room }, plan)).toMatchObject({ ok: false });
    expect(room.state.seq).toBe(seq);
    expect(await changePlan({ host, room }, [LESSON])).toMatchObject({ ok: true });
  });

  it('lets students roam between two activities of it and nowhere else (S-27)', async () => {
    const { host, adas } = await planned(server);
    await ask(host.client, 'activity:go', { activityId: PREDICTION.id });
    const roam = { first: LESSON.id, last: POLL.id };
    const answer = (activityId: string) =>
      ask(adas.client, 'answer:give', { activityId, answer: 1, asked: 0 });
    expect(await answer(POLL.id)).toMatchObject({
      ok: false,
      error: 'The class is not at this question.',
    });
    expect(await ask(host.client, 'pacing:change', { roam })).toMatchObject({ ok: true });
    await adas.until((state) => state.roam !== null);
    expect(await answer(POLL.id)).toMatchObject({ ok: true });
    expect(
      await ask(host.client, 'pacing:change', { roam: { ...roam, last: randomUUID() } }),
    ).toMatchObject({ ok: false });
    expect(await ask(host.client, 'pacing:change', { roam: null })).toMatchObject({ ok: true });
    expect(await answer(POLL.id)).toMatchObject({ ok: false });
  });
});

describe('shared recipes', () => {
  const offer: Offer = { runId: randomUUID(), recipe: defaultRecipe('ia3'), accuracy: 0.8 };
  const offered = (client: Client) =>
    next(
      client,
      'class:offers',
      (...[offers]: Parameters<ServerToClient['class:offers']>) => Object.keys(offers).length > 0,
    );

  it('come from the host to every page, and go again (S-29)', async () => {
    const { host, adas } = await classroom(server);
    const recipe = defaultRecipe('head');
    expect(await ask(host.client, 'recipe:send', { recipe })).toMatchObject({ ok: true });
    expect((await adas.until(({ sent }) => sent !== null)).sent?.recipe).toEqual(recipe);
    expect(
      await ask(host.client, 'recipe:send', { recipe: { ...recipe, steps: 0 } }),
    ).toMatchObject({ ok: false, field: 'recipe.steps' });
    expect(await ask(host.client, 'recipe:send', { recipe: null })).toMatchObject({ ok: true });
    await adas.until(({ sent }) => sent === null);
  });

  it('of students are shown with their consent only, which they may take back (S-30, S-31)', async () => {
    const { code, hostCookie, host, adas, bens, ada } = await classroom(server);
    const show = (participantId: string | null) =>
      ask(host.client, 'spotlight:show', { participantId });
    const { id } = ada.participant;
    adas.client.emit('run:offer', offer);
    expect(await show(id)).toMatchObject({
      ok: false,
      error: 'Ada has not agreed to show runs to the class.',
    });
    expect(await ask(adas.client, 'sharing:change', { shares: true })).toMatchObject({ ok: true });
    // What was offered without consent was not kept.
    expect(await show(id)).toMatchObject({
      ok: false,
      error: 'Ada has no finished run to show yet.',
    });
    const heard = offered(host.client);
    adas.client.emit('run:offer', offer);
    expect((await heard)[0]).toEqual({ [id]: offer });
    // A host whose page reloads has them again.
    const reloaded = server.connect(code, 'host', hostCookie);
    expect((await offered(reloaded))[0]).toEqual({ [id]: offer });

    expect(await show(id)).toMatchObject({ ok: true });
    const seen = await bens.until(({ spotlight }) => spotlight !== null);
    expect(seen.spotlight).toMatchObject({
      participantId: id,
      recipe: offer.recipe,
      accuracy: 0.8,
    });
    expect(await ask(adas.client, 'sharing:change', { shares: false })).toMatchObject({ ok: true });
    await bens.until(({ spotlight }) => spotlight === null);
    expect(await show(id)).toMatchObject({ ok: false });
  });
});

it('a raised hand is seen by the host and taken down by either (S-32)', async () => {
  const { host, adas, ada } = await classroom(server);
  const { id } = ada.participant;
  expect(await ask(adas.client, 'hand:change', { up: true })).toMatchObject({ ok: true });
  expect(await ask(adas.client, 'hand:change', { up: true })).toMatchObject({ ok: true });
  expect(Object.keys((await host.until(({ hands }) => id in hands)).hands)).toEqual([id]);
  expect(await ask(host.client, 'hand:lower', { participantId: id })).toMatchObject({ ok: true });
  await adas.until(({ hands }) => !(id in hands));
});

describe('a sweep', () => {
  const small: Sweep = {
    ...SWEEP.sweep,
    axes: [{ knob: 'rank', values: [1, 2] }],
  };

  it('deals each cell before any twice, takes only recipes of its grid, and gathers results by cell (S-33)', async () => {
    const { host, adas, bens, ada, ben, room } = await classroom(server);
    expect(await ask(adas.client, 'cell:take')).toMatchObject({
      ok: false,
      error: 'No sweep is running.',
    });
    expect(await ask(host.client, 'sweep:start', { sweep: small })).toMatchObject({ ok: true });
    expect(await ask(adas.client, 'cell:take')).toMatchObject({ ok: true });
    expect(await ask(bens.client, 'cell:take')).toMatchObject({ ok: true });
    const round = () => room.state.rounds[0]!;
    expect(round().dealt).toEqual({ [ada.participant.id]: 0, [ben.participant.id]: 1 });

    const submit = (recipe: object) =>
      receiveSubmission(
        server.root.db,
        room,
        ada.participant,
        { ...upload(), recipe: JSON.stringify(recipe) },
        server.root.now,
      );
    await expect(submit({ ...cellsOf(small)[0]!.recipe, seed: 5 })).rejects.toThrow(
      "This sweep's grid has no such recipe.",
    );
    const { submissionId } = await submit(cellsOf(small)[0]!.recipe);
    expect(resultsOf(room.state, round())).toEqual([
      { accuracies: [], waiting: 1 },
      { accuracies: [], waiting: 0 },
    ]);
    await room.change(() => ({
      events: [{ type: 'submission:verified', at: 1, submissionId, accuracy: 0.7, trainable: 9 }],
      value: undefined,
    }));
    expect(resultsOf(room.state, round())[0]).toEqual({ accuracies: [0.7], waiting: 0 });
    // The next one for Ada is the other cell, though Ben is at it.
    expect(await ask(adas.client, 'cell:take')).toMatchObject({ ok: true });
    expect(round().dealt[ada.participant.id]).toBe(1);
  });

  it('of no valid recipe is refused at its field', async () => {
    const { host } = await classroom(server);
    for (const [sweep, error] of [
      [{ ...small, method: 'full' }, 'Only LoRA has a rank'],
      [{ ...small, axes: [] }, 'at least one knob'],
      [{ ...small, axes: [{ knob: 'rank', values: [1, 1] }] }, 'each value once'],
      [
        { ...small, method: 'full', axes: [{ knob: 'quantisation', values: ['fp32', 'int4'] }] },
        'needs fp32',
      ],
    ] as const)
      expect(await ask(host.client, 'sweep:start', { sweep })).toMatchObject({
        ok: false,
        error: expect.stringContaining(error) as string,
      });
  });
});
