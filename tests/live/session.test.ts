import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultChallenge, type Challenge } from '../../src/lib/live/challenge.ts';
import { progressOf } from '../../src/lib/live/dashboard/testing.ts';
import type { Progress } from '../../src/lib/live/protocol.ts';
import { receiveSubmission } from '../../server/submissions/receive.ts';
import { next, send, startRound, TestServer, upload } from './harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

describe('joining', () => {
  it('shows a newcomer without an account to everyone, in a running round as well (I-3, S-6)', async () => {
    const { code, hostCookie } = await server.session();
    const host = server.connect(code, 'host', hostCookie);
    await next(host, 'session:snapshot');
    const seen = next(host, 'session:events');
    const ada = await server.join(code, 'Ada');
    expect((await seen)[0].map(({ event }) => event.type)).toEqual(['participant:joined']);

    await startRound(host);
    const late = await server.join(code, 'Grace');
    const screen = server.connect(code, 'participant', late.cookie);
    const [state, you] = await next(screen, 'session:snapshot');
    expect(state.phase).toBe('round');
    expect(Object.values(state.participants).map((p) => p.nickname)).toEqual(['Ada', 'Grace']);
    expect(you).toEqual({ role: 'participant', participant: late.participant });
    expect(ada.participant.id).not.toBe(late.participant.id);
  });

  it('offers a free variant of a taken nickname and refuses an offensive one (I-5)', async () => {
    const { code } = await server.session();
    await server.join(code, 'Ada');
    await expect(server.join(code, ' ada ')).rejects.toThrow('“ada 2” is free');
    await expect(server.join(code, 'fuck')).rejects.toThrow('Choose another nickname');
    await expect(server.join(code, '=1+1')).rejects.toMatchObject({
      status: 400,
      field: 'nickname',
    });
  });

  it('takes one seat for a request sent twice, with the same cookie (I-7)', async () => {
    const { code } = await server.session();
    const requestId = randomUUID();
    const [first, second] = await Promise.all([
      server.join(code, 'Ada', requestId),
      server.join(code, 'Ada', requestId),
    ]);
    expect(second).toEqual(first);
    expect(await server.join(code, 'Ada again', requestId)).toEqual(first);
    const room = (await server.root.rooms.byCode(code))!;
    expect(Object.values(room.state.participants)).toEqual([first.participant]);
    // The same request in another session is another seat.
    const other = await server.session();
    expect((await server.join(other.code, 'Ada', randomUUID())).participant.id).not.toBe(
      first.participant.id,
    );
  });

  it('seats two of the same name who come at the same moment once', async () => {
    const { code } = await server.session();
    const outcomes = await Promise.allSettled([server.join(code, 'Ada'), server.join(code, 'Ada')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('seats a thousand and says to the next that the session is full (S-14)', async () => {
    const { code } = await server.session();
    const room = (await server.root.rooms.byCode(code))!;
    await room.change(() => ({
      events: Array.from({ length: 1000 }, (_, i) => ({
        type: 'participant:joined' as const,
        at: i,
        participant: { id: randomUUID(), nickname: `Guest ${i}`, joinedAt: i },
      })),
      value: undefined,
    }));
    await expect(server.join(code, 'Ada')).rejects.toThrow('all 1,000 seats are taken');
    expect(Object.keys(room.state.participants)).toHaveLength(1000);
  });

  it('ends with the session', async () => {
    const { code, hostCookie } = await server.session();
    const host = server.connect(code, 'host', hostCookie);
    await startRound(host);
    expect(await send(host, 'session:end', { requestId: randomUUID() })).toMatchObject({
      ok: true,
    });
    const state = (await server.root.rooms.byCode(code))!.state;
    expect(state.phase).toBe('ended');
    expect(state.rounds[0]?.endedAt).not.toBeNull();
    await expect(server.join(code, 'Ada')).rejects.toThrow('This session has ended.');
  });
});

describe('commands', () => {
  it('start no round while another runs (S-5)', async () => {
    const { code, hostCookie } = await server.session();
    const host = server.connect(code, 'host', hostCookie);
    await startRound(host);
    await expect(startRound(host)).rejects.toThrow('A round is running. End it first.');
    expect((await server.root.rooms.byCode(code))!.state.rounds).toHaveLength(1);
  });

  it('does a repeated request once and answers it the same (S-8)', async () => {
    const { code, hostCookie } = await server.session();
    const host = server.connect(code, 'host', hostCookie);
    const requestId = randomUUID();
    const [first, second] = await Promise.all([
      startRound(host, requestId),
      startRound(host, requestId),
    ]);
    expect(second).toEqual(first);
    const end = randomUUID();
    expect(await send(host, 'round:end', { requestId: end })).toEqual({
      ok: true,
      value: undefined,
    });
    expect(await send(host, 'round:end', { requestId: end })).toEqual({
      ok: true,
      value: undefined,
    });
    expect(await startRound(host, requestId)).toEqual(first);
    const state = (await server.root.rooms.byCode(code))!.state;
    expect(state.rounds).toHaveLength(1);
    expect(state.seq).toBe(2);
  });

  it('refuses a round that nobody could submit to (S-12)', async () => {
    const { code, hostCookie } = await server.session();
    const host = server.connect(code, 'host', hostCookie);
    const start = (change: Partial<Challenge>) =>
      send(host, 'round:start', {
        requestId: randomUUID(),
        challenge: { ...defaultChallenge(), ...change },
      });
    expect(await start({ methods: ['full'], quantisations: ['int8', 'int4'] })).toMatchObject({
      ok: false,
      error: expect.stringContaining('No recipe fits') as string,
    });
    expect(await start({ task: 'no-such-task' })).toMatchObject({
      ok: false,
      error: 'This server has no task called no-such-task.',
      field: 'challenge.task',
    });
    expect(await start({ base: 'no-such-base' })).toMatchObject({
      ok: false,
      field: 'challenge.base',
    });
    expect((await server.root.rooms.byCode(code))!.state.phase).toBe('lobby');
    expect(await start({ methods: ['full'], quantisations: ['fp32'] })).toMatchObject({ ok: true });
  });

  it('answers malformed messages, changes nothing and disturbs nobody', async () => {
    const { code, hostCookie } = await server.session();
    const host = server.connect(code, 'host', hostCookie);
    const { cookie } = await server.join(code, 'Ada');
    const student = server.connect(code, 'participant', cookie);
    await Promise.all([next(host, 'session:snapshot'), next(student, 'session:snapshot')]);
    const before = (await server.root.rooms.byCode(code))!.state;

    const requestId = randomUUID();
    const challenge = { ...defaultChallenge(), maxRank: 0 };
    expect(await send(host, 'round:start', { requestId, challenge })).toMatchObject({
      ok: false,
      field: 'challenge.maxRank',
    });
    for (const junk of [null, 7, 'x', [], {}, { requestId: 'no' }, { requestId, extra: 1 }])
      expect(await send(host, 'round:start', junk)).toMatchObject({ ok: false });
    expect(await send(student, 'run:progress', { step: 'x' })).toMatchObject({ ok: false });
    expect(await send(student, 'round:end', { requestId })).toMatchObject({
      ok: false,
      error: 'Only the host of this session can do this.',
    });
    // Without an acknowledgement, with binary, and an event nobody knows.
    student.emit('run:progress', new Uint8Array(3) as never);
    (student as unknown as { emit(event: string): void }).emit('nonsense');

    expect((await server.root.rooms.byCode(code))!.state).toEqual(before);
    expect((await startRound(host)).number).toBe(1);
    expect(student.connected).toBe(true);
  });
});

describe('reconnecting', () => {
  it('gets the events it missed, and nothing twice', async () => {
    const { code, hostCookie } = await server.session();
    const host = server.connect(code, 'host', hostCookie);
    await startRound(host);
    const room = (await server.root.rooms.byCode(code))!;
    const { seq } = room.state;
    host.disconnect();
    await server.join(code, 'Ada');
    await server.join(code, 'Grace');
    const again = server.connect(code, 'host', hostCookie, { lastSeq: seq });
    const [events] = await next(again, 'session:events');
    expect(events.map((entry) => entry.seq)).toEqual([seq + 1, seq + 2]);
  });

  it('gets a snapshot when its place in the log is unknown', async () => {
    const { code, hostCookie } = await server.session();
    const client = server.connect(code, 'host', hostCookie, { lastSeq: 99 });
    expect((await next(client, 'session:snapshot'))[0].seq).toBe(0);
  });
});

describe('telemetry', () => {
  it('reaches hosts and screens, thinned, and no student (P-4)', async () => {
    const { code, hostCookie } = await server.session();
    const { cookie, participant } = await server.join(code, 'Ada');
    const host = server.connect(code, 'host', hostCookie);
    const student = server.connect(code, 'participant', cookie);
    await Promise.all([next(host, 'session:snapshot'), next(student, 'session:snapshot')]);
    await next(host, 'class:present', ({ here }) => here.includes(participant.id));

    let leaked = false;
    student.on('class:progress', () => (leaked = true));
    const received: (Partial<Progress> | null)[] = [];
    host.on('class:progress', ({ changed }) => received.push(...Object.values(changed)));
    const started = Date.now();
    for (let step = 1; Date.now() - started < 1500; step++) {
      student.emit('run:progress', progressOf({ step }));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    student.emit('run:progress', progressOf({ step: 300, state: 'finished' }));
    await next(
      host,
      'class:progress',
      ({ changed }) => changed[participant.id]?.state === 'finished',
    );
    expect(received.length).toBeLessThanOrEqual(6);
    expect(leaked).toBe(false);
  });

  it('passes on what a device says of itself, to hosts who come later too, and keeps it over rounds (T-1)', async () => {
    const { code, hostCookie } = await server.session();
    const { cookie, participant } = await server.join(code, 'Ada');
    const host = server.connect(code, 'host', hostCookie);
    const student = server.connect(code, 'participant', cookie);
    await Promise.all([next(host, 'session:snapshot'), next(student, 'session:snapshot')]);
    const preflight = { backend: 'wasm', threads: 2, secondsPerStep: 0.058 } as const;
    const seen = next(host, 'class:preflight', ({ changed }) => participant.id in changed);
    student.emit('device:preflight', preflight);
    const changed = { [participant.id]: preflight };
    expect((await seen)[0]).toEqual({ whole: false, changed });

    await startRound(host);
    for (const broken of [{ ...preflight, threads: 0 }, { ...preflight, extra: 1 }, null])
      expect(await send(student, 'device:preflight', broken)).toMatchObject({ ok: false });
    const later = server.connect(code, 'host', hostCookie);
    expect((await next(later, 'class:preflight'))[0]).toEqual({ whole: true, changed });
  });
});

it('forgets a session that no screen shows, and brings it back from its log (S-13)', async () => {
  let clock = Date.now();
  const quiet = await TestServer.start({ now: () => clock });
  try {
    const { rooms, hub } = quiet.root;
    const watched = await quiet.session();
    await next(quiet.connect(watched.code, 'host', watched.hostCookie), 'session:snapshot');
    const idle = await quiet.session();
    const ada = await quiet.join(idle.code, 'Ada');
    const before = (await rooms.byCode(idle.code))!;
    clock += 31 * 60_000;
    hub.evictIdle();
    expect(rooms.loaded).toBe(1);
    const after = (await rooms.byCode(idle.code))!;
    expect(after).not.toBe(before);
    expect(after.state).toEqual(before.state);
    const student = quiet.connect(idle.code, 'participant', ada.cookie);
    expect((await next(student, 'session:snapshot'))[0]).toEqual(before.state);
  } finally {
    await quiet.stop();
  }
});

it('replays to the same state after a restart, in front of the same cookies', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rankroom-'));
  const database = { kind: 'pglite' as const, folder: join(folder, 'pglite') };
  try {
    const first = await TestServer.start({ database });
    const { code, hostCookie } = await first.session();
    const host = first.connect(code, 'host', hostCookie);
    const ada = await first.join(code, 'Ada');
    await startRound(host);
    const room = (await first.root.rooms.byCode(code))!;
    await receiveSubmission(first.root.db, room, ada.participant, upload(), Date.now);
    const before = room.state;
    await first.stop();

    const second = await TestServer.start({ database });
    const student = second.connect(code, 'participant', ada.cookie);
    const [state, you] = await next(student, 'session:snapshot');
    expect(state).toEqual(before);
    expect(you).toEqual({ role: 'participant', participant: ada.participant });
    await next(second.connect(code, 'screen', hostCookie), 'session:snapshot');
    await second.stop();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
