/** The door of a session, and what is done against people and programs that should not be there: I-10 to I-14, I-17. */
import { eq } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHAPES, type Shape } from '../../src/lib/live/door.ts';
import type { SequencedEvent } from '../../src/lib/live/session.ts';
import { submissions } from '../../server/db/schema.ts';
import { SILENT_AFTER } from '../../server/live/arrivals.ts';
import { attendanceOf } from '../../server/live/attendance.ts';
import { SIGN_TIME } from '../../server/live/door.ts';
import { receiveSubmission } from '../../server/submissions/receive.ts';
import { next, refusal, send, startRound, TestServer, upload, type Client } from './harness.ts';

let server: TestServer;
/** Moved on by the tests. */
let clock = 1_000_000 * SIGN_TIME;
beforeAll(async () => {
  server = await TestServer.start({ now: () => clock });
});
afterAll(() => server.stop());

const ask = <T = undefined>(client: Client, event: string, message = {}) =>
  send<T>(client, event, { requestId: randomUUID(), ...message });
const ofType = (type: SequencedEvent['event']['type']) => (events: SequencedEvent[]) =>
  events.some(({ event }) => event.type === type);

async function classroom() {
  const { code, hostCookie } = await server.session();
  const host = server.connect(code, 'host', hostCookie);
  await next(host, 'session:snapshot');
  const room = (await server.root.rooms.byCode(code))!;
  return { code, hostCookie, host, room };
}
/** The sign of a session so many changes from now. */
function signAt(id: string, changes: number): readonly Shape[] {
  clock += changes * SIGN_TIME;
  const { shapes } = server.root.door.sign(id);
  clock -= changes * SIGN_TIME;
  return shapes;
}
/** Neither what is shown now nor what was shown before. */
function wrongSign(id: string): Shape[] {
  const right = [signAt(id, 0), signAt(id, -1)].map((shapes) => shapes.join());
  const signs = SHAPES.map((shape) => [shape, shape, shape]);
  return signs.find((sign) => !right.includes(sign.join()))!;
}

describe('I-11, I-12: a guarded door', () => {
  it('asks for the sign that host and projector show, and for nothing when it is open', async () => {
    const { code, hostCookie, host, room } = await classroom();
    const { cookie } = await server.join(code, 'Ada');
    const [screen, student] = [
      server.connect(code, 'screen', hostCookie),
      server.connect(code, 'participant', cookie),
    ];
    await Promise.all([next(screen, 'session:snapshot'), next(student, 'session:snapshot')]);
    const shownToClass: unknown[] = [];
    student.on('door:sign', (sign) => shownToClass.push(sign));
    await server.root.door.enter(room, [], '10.0.0.1');

    const signs = [next(host, 'door:sign'), next(screen, 'door:sign')];
    const told = next(student, 'session:events', ofType('door:changed'));
    expect(await ask(host, 'door:change', { guarded: true })).toMatchObject({ ok: true });
    const [[toHost], [toScreen]] = (await Promise.all(signs)) as [[never], [never]];
    expect(toHost).toEqual(toScreen);
    await told;
    expect(room.state.door).toEqual({ state: 'guarded', because: 'host' });
    const { shapes } = server.root.door.sign(room.meta.id);
    expect(toHost).toEqual({ shapes, until: clock + SIGN_TIME - (clock % SIGN_TIME) });

    const enter = (sign: unknown) => server.root.door.enter(room, sign, '10.0.0.1');
    for (const not of [
      [],
      ['', '', ''],
      wrongSign(room.meta.id),
      shapes.slice(1),
      [...shapes, 'moon'],
      null,
    ])
      await expect(enter(not)).rejects.toMatchObject({ status: 403, field: 'sign' });
    await enter(shapes);
    // Those of the class who are in stay in, and never see it.
    expect(student.connected).toBe(true);
    expect(shownToClass).toEqual([]);
    expect(await ask(student, 'door:change', { guarded: false })).toMatchObject({ ok: false });
    await ask(host, 'door:change', { guarded: false });
    await enter([]);
  });

  it('changes its sign every 30 seconds and takes the one before', async () => {
    const { host, room } = await classroom();
    const { id } = room.meta;
    // One in 216 is the one before again.
    while (new Set([0, 1, 2].map((changes) => signAt(id, changes).join())).size < 3)
      clock += SIGN_TIME;
    await ask(host, 'door:change', { guarded: true });
    const first = signAt(id, 0);
    const shown = next(host, 'door:sign', ({ shapes }) => shapes.join() !== first.join());
    clock += SIGN_TIME;
    await server.root.door.enter(room, first, '10.0.0.2');
    await shown;
    clock += SIGN_TIME;
    await expect(server.root.door.enter(room, first, '10.0.0.2')).rejects.toMatchObject({
      status: 403,
    });
  });

  it('is another one in another session', async () => {
    const signs: string[] = [];
    for (let session = 0; session < 6; session++) {
      const { code } = await server.session();
      const { meta } = (await server.root.rooms.byCode(code))!;
      signs.push(server.root.door.sign(meta.id).shapes.join());
    }
    expect(new Set(signs).size).toBeGreaterThan(1);
  });

  it('ends guessing by one address, and counts no right answer', async () => {
    const { host, room } = await classroom();
    await ask(host, 'door:change', { guarded: true });
    const { shapes } = server.root.door.sign(room.meta.id);
    const enter = (sign: unknown, address: string) => server.root.door.enter(room, sign, address);
    await Promise.all(Array.from({ length: 500 }, () => enter(shapes, '10.0.1.1')));
    const guesses = await Promise.allSettled(
      Array.from({ length: 60 }, () => enter(wrongSign(room.meta.id), '10.0.1.1')),
    );
    const statuses = guesses.map(
      (guess) => (guess as { reason: { status: number } }).reason.status,
    );
    expect(statuses.filter((status) => status === 403)).toHaveLength(40);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
    await expect(enter(shapes, '10.0.1.1')).rejects.toMatchObject({ status: 429, field: 'sign' });
    await enter(shapes, '10.0.1.2');
  });
});

describe('I-13: a flood', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `Person ${index}`);

  it('of seats that nobody sits in guards the door and tells the host why; the host opens it again', async () => {
    const { code, host, room } = await classroom();
    const { cookie } = await server.join(code, 'Ada');
    await next(server.connect(code, 'participant', cookie), 'session:snapshot');
    for (const name of names(40)) await server.join(code, name);
    const guarded = next(host, 'session:events', ofType('door:changed'));
    clock += SILENT_AFTER;
    await guarded;
    expect(room.state.door).toEqual({ state: 'guarded', because: 'flood', seats: 40 });
    await ask(host, 'door:change', { guarded: false });
    expect(server.root.arrivals.floods()).toEqual([]);
    expect(room.state.door).toEqual({ state: 'open' });
  });

  it('is not seen in a hall of 500 that joins within a minute and connects', async () => {
    const { code, room } = await classroom();
    for (const [index, name] of names(500).entries()) {
      const { participant } = await server.join(code, name);
      // What the hub does when a socket is admitted; every tenth phone is put away after Join.
      if (index % 10 !== 0) server.root.arrivals.connected(room.meta.id, participant.id);
      clock += 60_000 / 500;
      if (index % 50 === 0) expect(server.root.arrivals.floods()).toEqual([]);
    }
    clock += SILENT_AFTER;
    expect(server.root.arrivals.floods()).toEqual([]);
    expect(room.state.door).toEqual({ state: 'open' });
  });

  it('is not seen in a class whose 60 pages open their sockets', async () => {
    const { code, room } = await classroom();
    const pages = await Promise.all(
      names(60).map(async (name) =>
        server.connect(code, 'participant', (await server.join(code, name)).cookie),
      ),
    );
    await Promise.all(pages.map((page) => next(page, 'session:snapshot')));
    clock += SILENT_AFTER;
    expect(server.root.arrivals.floods()).toEqual([]);
    expect(await server.root.arrivals.silent(room)).toEqual([]);
    for (const page of pages) page.disconnect();
  });
});

describe('I-14: seats that never connected', () => {
  it('are closed all at once, by one event, and their browsers may come back', async () => {
    const { code, host, room } = await classroom();
    const ada = await server.join(code, 'Ada');
    const page = server.connect(code, 'participant', ada.cookie);
    await next(page, 'session:snapshot');
    // Was here once.
    const bob = await server.join(code, 'Bob');
    const left = server.connect(code, 'participant', bob.cookie);
    await next(left, 'session:snapshot');
    left.disconnect();
    const requestId = randomUUID();
    const cleo = await server.join(code, 'Cleo', requestId);
    await server.join(code, 'Dan');
    clock += SILENT_AFTER + 1;
    const late = await server.join(code, 'Eve');

    const { seq } = room.state;
    const sweepId = randomUUID();
    const sweep = () => send<number>(host, 'participants:sweep', { requestId: sweepId });
    expect(await sweep()).toEqual({ ok: true, value: 2 });
    expect(await sweep()).toEqual({ ok: true, value: 2 });
    expect(room.state.seq).toBe(seq + 1);
    expect(await ask(host, 'participants:sweep')).toEqual({ ok: true, value: 0 });
    const open = Object.values(room.state.participants).filter((one) => !one.removedAt);
    expect(open.map(({ nickname }) => nickname)).toEqual(['Ada', 'Bob', 'Eve']);
    expect(page.connected).toBe(true);
    await next(server.connect(code, 'participant', late.cookie), 'session:snapshot');

    expect(await refusal(server.connect(code, 'participant', cleo.cookie))).toBe(
      'not-a-participant',
    );
    const again = await server.join(code, 'Cleo', requestId);
    expect(again).toEqual(cleo);
    await next(server.connect(code, 'participant', again.cookie), 'session:snapshot');
  });

  it('come back through the cookie alone, under the name they had', async () => {
    const { code, host, room } = await classroom();
    const { cookie, participant } = await server.join(code, 'Ada');
    clock += SILENT_AFTER + 1;
    await ask(host, 'participants:sweep');
    const held = cookie.split('=')[1]!;
    const back = await server.root.seats.join(room, 'Anybody', null, randomUUID(), held);
    expect(back).toEqual({ participant, token: held });
    expect(room.state.participants[participant.id]).toEqual(participant);
  });
});

describe('I-10: blocking', () => {
  it('closes the seat, guards the door, and knows a signed-in person again', async () => {
    const { host, room } = await classroom();
    const user = await server.root.accounts.signUp({
      username: `u-${randomUUID().slice(0, 8)}`,
      password: 'a long password',
    });
    const token = randomUUID();
    const { participant } = await server.root.seats.join(room, 'Mallory', user.id, token);
    expect(await ask(host, 'participant:block', { participantId: participant.id })).toMatchObject({
      ok: true,
    });
    expect(room.state.participants[participant.id]?.removedAt).toBe(clock);
    expect(room.state.door).toEqual({ state: 'guarded', because: 'host' });
    const join = (account: string | null, requestId: string) =>
      server.root.seats.join(room, 'Trudy', account, requestId);
    await expect(join(null, token)).rejects.toMatchObject({ status: 403 });
    await expect(join(user.id, randomUUID())).rejects.toMatchObject({ status: 403 });
    const other = await server.session();
    await server.root.seats.join(
      (await server.root.rooms.byCode(other.code))!,
      'Mallory',
      user.id,
      null,
    );
  });
});

describe('I-17, I-18: a guest who makes an account', () => {
  it('keeps the open seats of the browser, and reads what they did there', async () => {
    const { code, host, room } = await classroom();
    const other = await classroom();
    const [ada, gone, foreign] = [
      await server.join(code, 'Ada'),
      await server.join(other.code, 'Ada'),
      await server.join(other.code, 'Owned'),
    ];
    await ask(other.host, 'participant:remove', { participantId: gone.participant.id });
    const account = () =>
      server.root.accounts.signUp({
        username: `u-${randomUUID().slice(0, 8)}`,
        password: 'a long password',
      });
    const [owner, user] = [await account(), await account()];
    const tokenOf = ({ cookie }: { cookie: string }) => cookie.split('=')[1]!;
    await server.root.seats.claim([tokenOf(foreign)], owner.id);
    await server.root.seats.claim([ada, gone, foreign].map(tokenOf).concat('nobody'), user.id);

    await startRound(host);
    const { submissionId } = await receiveSubmission(
      server.root.db,
      room,
      ada.participant,
      upload(),
      server.root.now,
    );
    const listed = () => attendanceOf(server.root.db, user.id);
    expect(await listed()).toMatchObject([{ code, nickname: 'Ada', ended: false, best: null }]);
    await server.root.db
      .update(submissions)
      .set({ status: 'verified', accuracy: 0.7, trainable: 6 })
      .where(eq(submissions.id, submissionId));
    expect(await listed()).toMatchObject([{ best: { accuracy: 0.7, task: 'definition-domain' } }]);
    expect(await attendanceOf(server.root.db, owner.id)).toMatchObject([{ nickname: 'Owned' }]);
  });
});
