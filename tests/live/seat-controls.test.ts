/** What a host does about single students and their names, over real sockets: S-19 to S-21. */
import { eq } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stateForClass } from '../../src/lib/live/names.ts';
import type { SequencedEvent } from '../../src/lib/live/session.ts';
import { submissions } from '../../server/db/schema.ts';
import { bestOfTask, leaderboardOf } from '../../server/submissions/boards.ts';
import { receiveSubmission } from '../../server/submissions/receive.ts';
import {
  next,
  nextEvent,
  refusal,
  send,
  startRound,
  TestServer,
  upload,
  type Client,
} from './harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const ask = (client: Client, event: string, message = {}) =>
  send(client, event, { requestId: randomUUID(), ...message });
const ofType = (type: SequencedEvent['event']['type']) => (events: SequencedEvent[]) =>
  events.some(({ event }) => event.type === type);

/** Ada and Grace in a round; Ada has a verified row and a page. */
async function classroom() {
  const { code, hostCookie } = await server.session();
  const host = server.connect(code, 'host', hostCookie);
  const [ada, grace] = [await server.join(code, 'Ada'), await server.join(code, 'Grace')];
  const student = server.connect(code, 'participant', grace.cookie);
  await Promise.all([next(host, 'session:snapshot'), next(student, 'session:snapshot')]);
  await startRound(host);
  const room = (await server.root.rooms.byCode(code))!;
  const submit = () =>
    receiveSubmission(server.root.db, room, ada.participant, upload(), server.root.now);
  const { submissionId } = await submit();
  await room.change(() => ({
    events: [{ type: 'submission:verified', at: 9, submissionId, accuracy: 0.7, trainable: 6 }],
    write: async (tx) => {
      await tx
        .update(submissions)
        .set({ status: 'verified', accuracy: 0.7, trainable: 6 })
        .where(eq(submissions.id, submissionId));
    },
    value: undefined,
  }));
  const onTaskBoard = async () =>
    (await bestOfTask(server.root.db, 'definition-domain')).find(
      (row) => row.submissionId === submissionId,
    );
  return { code, hostCookie, host, ada, grace, student, room, submit, submissionId, onTaskBoard };
}

describe('S-19: hidden names', () => {
  it('are sent to the host alone, and to everybody when they are shown again', async () => {
    const { code, hostCookie, host, grace, student, room, onTaskBoard } = await classroom();
    const [toHost, toClass] = [
      next(host, 'session:events', ofType('names:changed')),
      next(student, 'session:events', ofType('names:changed')),
    ];
    expect(await ask(host, 'names:change', { hidden: true })).toMatchObject({ ok: true });
    expect(JSON.stringify(await toHost)).not.toContain('Student 1');
    expect(JSON.stringify(await toClass)).toContain('"hidden":true');
    expect(JSON.stringify(await toClass)).toContain('Student 1');
    expect(JSON.stringify(leaderboardOf(stateForClass(room.state), null))).not.toContain('Ada');
    expect((await onTaskBoard())?.nickname).toBe('Anonymous');

    const joined = nextEvent(student, 'participant:joined');
    await server.join(code, 'Cleo');
    expect(await joined).toMatchObject({ participant: { nickname: 'Student 3' } });
    for (const screen of [
      server.connect(code, 'screen', hostCookie),
      server.connect(code, 'participant', grace.cookie),
    ]) {
      const [state, you] = await next(screen, 'session:snapshot');
      expect(JSON.stringify(state)).not.toMatch(/Ada|Grace|Cleo/);
      if (you.role === 'participant') expect(you.participant.nickname).toBe('Grace');
    }
    // One that was away learns what it missed under the same names.
    const again = server.connect(code, 'participant', grace.cookie, { lastSeq: 2 });
    expect(JSON.stringify(await next(again, 'session:events'))).not.toMatch(/Ada|Cleo/);
    const [full] = await next(server.connect(code, 'host', hostCookie), 'session:snapshot');
    expect(Object.values(full.participants).map(({ nickname }) => nickname)).toContain('Ada');

    const back = nextEvent(student, 'names:changed');
    await ask(host, 'names:change', { hidden: false });
    expect(Object.values(await back)).toContainEqual(
      expect.objectContaining({ [grace.participant.id]: 'Grace' }),
    );
    expect((await onTaskBoard())?.nickname).toBe('Ada');
  });
});

describe('S-20: renaming', () => {
  it('keeps to the rules of nicknames and reaches every row and the student', async () => {
    const { host, ada, grace, student, room, onTaskBoard } = await classroom();
    const participantId = ada.participant.id;
    const to = (nickname: string) => ask(host, 'participant:rename', { participantId, nickname });
    expect(await to('grace')).toMatchObject({ ok: false, field: 'nickname' });
    expect(await to('fuck')).toMatchObject({ ok: false, field: 'nickname' });
    expect(await to('=1+1')).toMatchObject({ ok: false, field: 'nickname' });
    expect(
      await ask(host, 'participant:rename', { participantId: randomUUID(), nickname: 'Eve' }),
    ).toMatchObject({ ok: false, field: 'participantId' });
    expect(
      await ask(student, 'participant:rename', { participantId, nickname: 'Eve' }),
    ).toMatchObject({ ok: false });
    expect(await to('ADA')).toMatchObject({ ok: true });
    expect(await to('Lovelace')).toMatchObject({ ok: true });
    expect(leaderboardOf(room.state, null)?.rows).toMatchObject([{ nickname: 'Lovelace' }]);
    expect((await onTaskBoard())?.nickname).toBe('Lovelace');

    const told = next(student, 'session:snapshot');
    await ask(host, 'participant:rename', {
      participantId: grace.participant.id,
      nickname: 'Hopper',
    });
    expect((await told)[1]).toMatchObject({ participant: { nickname: 'Hopper' } });
  });
});

describe('S-21: removing', () => {
  it('closes the seat for its browser, empties its rows, and can be undone', async () => {
    const { code, host, ada, room, submit, onTaskBoard } = await classroom();
    const requestId = randomUUID();
    const bob = await server.join(code, 'Bob', requestId);
    const pages = server.connect(code, 'participant', bob.cookie);
    await next(pages, 'session:snapshot');
    const gone = new Promise<string>((resolve) => pages.once('disconnect', resolve));
    const participantId = bob.participant.id;
    expect(await ask(host, 'participant:remove', { participantId })).toMatchObject({ ok: true });
    expect(await gone).toBe('io server disconnect');
    expect(await refusal(server.connect(code, 'participant', bob.cookie))).toBe('seat-closed');
    await expect(server.join(code, 'Bob', requestId)).rejects.toMatchObject({ status: 403 });
    await expect(server.join(code, 'bob')).rejects.toThrow('is taken');

    await ask(host, 'participant:remove', { participantId: ada.participant.id });
    expect(leaderboardOf(room.state, null)?.rows).toEqual([]);
    expect(await onTaskBoard()).toBeUndefined();
    await expect(submit()).rejects.toMatchObject({ status: 403 });
    expect(Object.keys(room.state.submissions)).toHaveLength(1);

    await ask(host, 'participant:restore', { participantId: ada.participant.id });
    expect(leaderboardOf(room.state, null)?.rows).toMatchObject([{ nickname: 'Ada', rank: 1 }]);
    expect(await onTaskBoard()).toMatchObject({ nickname: 'Ada' });
    expect(await submit()).toMatchObject({ isNew: true });
    await ask(host, 'participant:restore', { participantId });
    const [, you] = await next(server.connect(code, 'participant', bob.cookie), 'session:snapshot');
    expect(you).toEqual({ role: 'participant', participant: bob.participant });
  });
});
