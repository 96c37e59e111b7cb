/** What a host does to a class at work, over real sockets: S-15 and the rules after it. */
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { defaultChallenge } from '../../src/lib/live/challenge.ts';
import { SUBMISSION_GRACE_MS } from '../../src/lib/live/closing.ts';
import { timeLeft } from '../../src/lib/live/round-time.ts';
import type { Round, SequencedEvent } from '../../src/lib/live/session.ts';
import { endDueRound } from '../../server/live/host-commands.ts';
import { receiveSubmission } from '../../server/submissions/receive.ts';
import { next, send, startRound, TestServer, upload } from './harness.ts';

const MINUTE = 60_000;
let server: TestServer;
afterEach(() => server.stop());

async function classroom(now?: () => number) {
  server = await TestServer.start(now ? { now } : {});
  const { code, hostCookie } = await server.session();
  const host = server.connect(code, 'host', hostCookie);
  const ada = await server.join(code, 'Ada');
  const student = server.connect(code, 'participant', ada.cookie);
  await Promise.all([next(host, 'session:snapshot'), next(student, 'session:snapshot')]);
  const room = (await server.root.rooms.byCode(code))!;
  return { code, hostCookie, host, ada, student, room };
}

const ofType = (type: SequencedEvent['event']['type']) => (events: SequencedEvent[]) =>
  events.some(({ event }) => event.type === type);
const ask = <T = undefined>(client: Parameters<typeof send>[0], event: string, message = {}) =>
  send<T>(client, event, { requestId: randomUUID(), ...message });

describe('S-15: a pause', () => {
  it('reaches every page, once, and takes what is on its way', async () => {
    const { host, student, ada, room } = await classroom();
    await startRound(host);
    const seen = next(student, 'session:events', ofType('class:paused'));
    const requestId = randomUUID();
    expect(await send(host, 'class:pause', { requestId })).toMatchObject({ ok: true });
    await seen;
    const { seq, pausedAt } = room.state;
    expect(pausedAt).not.toBeNull();
    // A repeat and a second press change nothing.
    expect(await send(host, 'class:pause', { requestId })).toMatchObject({ ok: true });
    expect(await ask(host, 'class:pause')).toMatchObject({ ok: true });
    expect(room.state.seq).toBe(seq);
    const { isNew } = await receiveSubmission(
      server.root.db,
      room,
      ada.participant,
      upload(),
      server.root.now,
    );
    expect(isNew).toBe(true);

    const goesOn = next(student, 'session:events', ofType('class:resumed'));
    expect(await ask(host, 'class:resume')).toMatchObject({ ok: true });
    await goesOn;
    expect(room.state.pausedAt).toBeNull();
  });

  it("is the host's alone, and ends with the session", async () => {
    const { host, student, room } = await classroom();
    expect(await ask(student, 'class:pause')).toMatchObject({
      ok: false,
      error: 'Only the host of this session can do this.',
    });
    await ask(host, 'class:pause');
    await ask(host, 'session:end');
    expect(room.state.pausedAt).toBeNull();
    expect(await ask(host, 'class:pause')).toMatchObject({
      ok: false,
      error: 'This session has ended.',
    });
  });
});

describe('S-16: the time of a round', () => {
  it('stands still in a pause, is put off, and ends the round by itself with its grace', async () => {
    let clock = 1_700_000_000_000;
    const { code, hostCookie, host, ada, student, room } = await classroom(() => clock);
    const start = { challenge: defaultChallenge() };
    expect(await ask(host, 'round:start', { ...start, minutes: 0 })).toMatchObject({
      ok: false,
      field: 'minutes',
    });
    const began = clock;
    expect(await ask<Round>(host, 'round:start', { ...start, minutes: 5 })).toMatchObject({
      value: { endsAt: began + 5 * MINUTE },
    });
    await ask(host, 'class:pause');
    clock += 60 * MINUTE;
    expect(timeLeft(room.state, clock)).toBe(5 * MINUTE);
    await ask(host, 'class:resume');
    expect(await ask(host, 'round:extend', { minutes: 1 })).toMatchObject({ ok: true });
    expect(await ask(student, 'round:extend', { minutes: 1 })).toMatchObject({ ok: false });
    expect(timeLeft(room.state, clock)).toBe(6 * MINUTE);
    clock += 6 * MINUTE - 1;
    await endDueRound(room, server.root.now);
    expect(room.state.phase).toBe('round');

    const ended = next(student, 'session:events', ofType('round:ended'));
    clock += 1;
    await ended;
    expect(room.state).toMatchObject({ phase: 'between-rounds', rounds: [{ endedAt: clock }] });
    const submit = () =>
      receiveSubmission(server.root.db, room, ada.participant, upload(), server.root.now);
    clock += SUBMISSION_GRACE_MS;
    await submit();
    clock += 1;
    await expect(submit()).rejects.toThrow('Round 1 has ended.');
    expect(await ask(host, 'round:extend', { minutes: 5 })).toMatchObject({
      ok: false,
      error: 'No round is running.',
    });
    // The next page is told what time it is (T-4).
    const [now] = await next(server.connect(code, 'screen', hostCookie), 'session:clock');
    expect(now).toBe(clock);
  });
});

describe('locks', () => {
  it('reach every page, are refused where no recipe would be left, and end with the round (S-17)', async () => {
    const { host, student, room } = await classroom();
    const lock = (knob: string, value: unknown) =>
      ask(host, 'knob:lock', { lock: { knob, value } });
    expect(await lock('rank', 4)).toMatchObject({ ok: false, error: 'No round is running.' });
    await startRound(host);
    for (const [knob, value] of [
      ['rank', 17],
      ['steps', 601],
    ] as const)
      expect(await lock(knob, value)).toMatchObject({ ok: false, field: 'lock.value' });
    for (const junk of [{}, { lock: { knob: 'seed', value: 1 } }, { lock: { knob: 'rank' } }])
      expect(await ask(host, 'knob:lock', junk)).toMatchObject({ ok: false });
    expect(await ask(student, 'knob:lock', { lock: { knob: 'rank', value: 4 } })).toMatchObject({
      ok: false,
    });

    const seen = next(student, 'session:events', ofType('knob:locked'));
    expect(await lock('method', 'full')).toMatchObject({ ok: true });
    const [events] = await seen;
    const { seq } = events.find(({ event }) => event.type === 'knob:locked')!;
    expect(room.state.rounds[0]?.locks).toEqual({ method: { value: 'full', seq } });
    expect(await lock('quantisation', 'int4')).toMatchObject({
      ok: false,
      error: expect.stringContaining('No recipe fits') as string,
    });
    expect(await ask(host, 'knob:unlock', { knob: 'method' })).toMatchObject({ ok: true });
    expect(room.state.rounds[0]?.locks).toEqual({});
    expect(await lock('quantisation', 'int4')).toMatchObject({ ok: true });
    await ask(host, 'round:end');
    await startRound(host);
    expect(room.state.rounds[1]?.locks).toEqual({});
  });

  it('bind the runs that begin after them (S-18)', async () => {
    const { host, ada, room } = await classroom();
    await startRound(host);
    const before = room.state.seq;
    await ask(host, 'knob:lock', { lock: { knob: 'rank', value: 4 } });
    const submit = (begun?: number) => {
      const what = upload();
      const report = JSON.stringify({ ...(JSON.parse(what.report) as object), begun });
      const { db, now } = server.root;
      return receiveSubmission(db, room, ada.participant, { ...what, report }, now);
    };
    const refused = { status: 422, message: 'Your instructor has locked rank 4.' };
    await expect(submit()).rejects.toMatchObject(refused);
    await expect(submit(room.state.seq)).rejects.toMatchObject(refused);
    await expect(submit(-1)).rejects.toMatchObject({ status: 400, field: 'report.begun' });
    expect(await submit(before)).toMatchObject({ isNew: true });
    await ask(host, 'knob:unlock', { knob: 'rank' });
    expect(await submit()).toMatchObject({ isNew: true });
  });
});
