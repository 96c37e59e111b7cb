/** Polls and predictions of a class, over real sockets: S-28. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { next, TestServer } from './harness.ts';
import { ask, changePlan, LESSON, planned, POLL, PREDICTION, View } from './planned-class.ts';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.stop());

describe('questions', () => {
  it('keep answers and what is right from the class until the host shows them (S-28)', async () => {
    const { code, room, host, adas, bens, ada, ben } = await planned(server);
    await bens.until(({ plan }) => plan.length > 0);
    const wire = JSON.stringify(bens.events);
    expect(wire).toContain('plan:changed');
    expect(wire).not.toContain('"correct":1');
    expect(wire).not.toContain('0.81');
    await ask(host.client, 'activity:go', { activityId: POLL.id });
    const answer = (view: View, value: number) =>
      ask(view.client, 'answer:give', { activityId: POLL.id, answer: value, asked: 0 });
    expect(await answer(adas, 0)).toMatchObject({ ok: true });
    expect(await answer(adas, 1)).toMatchObject({ ok: true });
    expect(await answer(adas, 7)).toMatchObject({ ok: false, field: 'answer' });

    const seen = await bens.until((state) => state.answers[POLL.id] !== undefined);
    expect(seen.answers[POLL.id]).toEqual({ [ada.participant.id]: null });
    expect(room.state.answers[POLL.id]).toEqual({ [ada.participant.id]: 1 });
    // A page that loads anew knows its own answer, and nobody else's.
    const again = new View(server.connect(code, 'participant', ada.cookie));
    expect((await again.until(() => true)).answers[POLL.id]).toEqual({ [ada.participant.id]: 1 });
    const other = new View(server.connect(code, 'participant', ben.cookie));
    const loaded = await other.until(() => true);
    expect(loaded.answers[POLL.id]).toEqual({ [ada.participant.id]: null });
    expect(loaded.plan.find(({ id }) => id === POLL.id)).toMatchObject({ correct: null });

    expect(await answer(bens, 2)).toMatchObject({ ok: true });
    expect(await ask(host.client, 'answers:reveal', { activityId: POLL.id })).toMatchObject({
      ok: true,
    });
    const shown = await bens.until((state) => state.revealed[POLL.id] !== undefined);
    expect(shown.revealed[POLL.id]).toEqual([1, 2]);
    expect(shown.plan.find(({ id }) => id === POLL.id)).toMatchObject({ correct: 1 });
    expect(await answer(adas, 0)).toMatchObject({
      ok: false,
      error: 'The answers are on the screen already.',
    });
    expect(await ask(host.client, 'answers:reveal', { activityId: LESSON.id })).toMatchObject({
      ok: false,
    });
  });
});

describe('a question that is changed', () => {
  it('is asked anew: its answers go, shown or not, and none to it as it was is taken (S-28)', async () => {
    const made = await planned(server);
    const { code, room, host, adas, bens, ada, ben } = made;
    const answer = (view: View, value: number, asked: number) =>
      ask(view.client, 'answer:give', { activityId: POLL.id, answer: value, asked });
    await ask(host.client, 'activity:go', { activityId: POLL.id });
    expect(await answer(adas, 2, 0)).toMatchObject({ ok: true });

    // Another title, another question beside it, another order: the answers stand for the same.
    const titled = { ...POLL, title: 'Now', explanation: 'Two.', correct: 0 };
    expect(await changePlan(made, [titled, PREDICTION, LESSON])).toMatchObject({ ok: true });
    expect(room.state.answers[POLL.id]).toEqual({ [ada.participant.id]: 2 });

    const shorter = { ...titled, options: POLL.options.slice(1) };
    expect(await changePlan(made, [shorter, LESSON])).toMatchObject({ ok: true });
    const since = room.state.seq;
    expect(room.state.answers).toEqual({});
    const seen = await adas.until(({ planSeq }) => planSeq === since);
    expect(seen.answers).toEqual({});
    expect(seen.askedSince).toMatchObject({ [POLL.id]: since, [PREDICTION.id]: since });
    expect(await answer(bens, 1, 0)).toMatchObject({
      ok: false,
      error: 'The question was changed. Read it again, then answer.',
    });
    expect(await answer(bens, 1, since)).toMatchObject({ ok: true });
    await ask(host.client, 'answers:reveal', { activityId: POLL.id });
    await bens.until(({ revealed }) => revealed[POLL.id] !== undefined);

    // Shown ones go as well, and a page that was away meanwhile is not told what is right.
    const away = room.state.seq - 1;
    await changePlan(made, [{ ...shorter, options: [...POLL.options, 'Both'] }, LESSON]);
    await bens.until(({ revealed }) => revealed[POLL.id] === undefined);
    const back = new View(server.connect(code, 'participant', ben.cookie, { lastSeq: away }));
    await next(back.client, 'session:events');
    expect(back.events.map(({ event }) => event.type)).toEqual([
      'answers:revealed',
      'plan:changed',
    ]);
    expect(JSON.stringify(back.events)).not.toMatch(/"correct":0|Two\./);
    expect(await answer(bens, 3, room.state.seq)).toMatchObject({ ok: true });
    const again = new View(server.connect(code, 'participant', ben.cookie));
    expect((await again.until(() => true)).answers).toEqual({
      [POLL.id]: { [ben.participant.id]: 3 },
    });
  });
});
