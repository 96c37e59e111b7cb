/** What a host does to a class at work, over real sockets: S-15 and the rules after it. */
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { SequencedEvent } from '../../src/lib/live/session.ts';
import { receiveSubmission } from '../../server/submissions/receive.ts';
import { next, send, startRound, TestServer, upload } from './harness.ts';

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
