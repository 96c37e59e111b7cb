/** The whole life of a rehearsal: twenty simulated students on a real server, and nothing of them afterwards. */
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { withChanges, withPresence } from '../../src/lib/live/class-changes.ts';
import type { Preflight } from '../../src/lib/live/protocol.ts';
import { newActivity, type ActivityKind, type Plan } from '../../src/lib/live/plan.ts';
import { defaultChallenge } from '../../src/lib/live/challenge.ts';
import { loadRecordings } from '../../server/rehearsal/recordings.ts';
import { STUDENTS } from '../../server/rehearsal/characters.ts';
import type { SessionRoom } from '../../server/live/session-room.ts';
import type { DatabaseLocation } from '../../server/db/index.ts';
import { bestOfTask, leaderboardOf } from '../../server/submissions/boards.ts';
import { readHeader } from '../../src/lib/engine/formats/safetensors.ts';
import { freshPostgres } from '../support/postgres.ts';
import { rowCounts } from '../support/row-counts.ts';
import { evaluatorOf, next, send, TestServer, type Client } from './harness.ts';

/** A minute of a class in little more than a second. */
const PACE = 0.02;
/** Slow enough that telemetry, sent four times a second, misses no state and no absence. */
const WATCHED_PACE = 0.08;
const WAIT = { timeout: 60_000, interval: 50 };

let server: TestServer;
afterEach(() => server.stop());

/** Scores whatever is a safetensors file, and counts it. */
function countingEvaluator(delay = 0) {
  let evaluated = 0;
  const evaluator = evaluatorOf(async ({ artifact }) => {
    readHeader(artifact);
    evaluated++;
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    return {
      kind: 'scored',
      accuracy: 0.5,
      loss: 1,
      trainable: 6,
      artifactBytes: artifact.byteLength,
      memory: 1,
      examples: 600,
    };
  });
  return { evaluator, evaluated: () => evaluated };
}

async function rehearse(
  options: { plan?: Plan; database?: DatabaseLocation; delay?: number; pace?: number } = {},
) {
  const { evaluator, evaluated } = countingEvaluator(options.delay);
  server = await TestServer.start({
    rehearsalPace: options.pace ?? PACE,
    evaluator,
    ...(options.database ? { database: options.database } : {}),
  });
  const { root } = server;
  const { code: original, hostCookie } = await server.session();
  const { meta } = (await root.rooms.byCode(original))!;
  const before = await rowCounts(root.db);
  const code = await root.rehearsals.begin(meta.hostId, {
    title: meta.title,
    plan: options.plan ?? [],
    code: original,
  });
  const room = (await root.rooms.byCode(code))!;
  const host = server.connect(code, 'host', hostCookie);
  const [state] = await next(host, 'session:snapshot');
  return { root, meta, original, before, code, room, host, hostCookie, state, evaluated };
}

const people = ({ state }: SessionRoom) => Object.values(state.participants);
const submitted = ({ state }: SessionRoom) => Object.values(state.submissions);

async function ask(host: Client, event: string, message: object): Promise<void> {
  const answer = await send(host, event, { requestId: randomUUID(), ...message });
  if (!answer.ok) throw new Error(answer.error);
}

describe('a rehearsal', () => {
  it('is marked from its first state on, for every screen and in exports (S-41)', async () => {
    const { room, state, root, meta, code, original, hostCookie } = await rehearse();
    expect(state.rehearsal).toBe(true);
    expect(room.state).toMatchObject({ rehearsal: true, title: meta.title });
    expect(leaderboardOf(room.state, null)).toMatchObject({ rehearsal: true });
    const mine = await server.join(code, 'My phone');
    const phone = server.connect(code, 'participant', mine.cookie);
    const screen = server.connect(code, 'screen', hostCookie);
    const states = await Promise.all([
      next(phone, 'session:snapshot'),
      next(screen, 'session:snapshot'),
    ]);
    expect(states.map(([one]) => one.rehearsal)).toEqual([true, true]);
    expect((await root.rooms.byCode(original))!.state.rehearsal).toBe(false);
    const listed = await root.rooms.hostedBy(meta.hostId);
    expect(listed.map((one) => [one.code, one.rehearsal]).sort()).toEqual(
      [
        [code, true],
        [original, false],
      ].sort(),
    );
  });

  it('has twenty students who sit, train what was recorded and are verified; one drops out and comes back (S-42, S-43)', async () => {
    const { host, room, root, evaluated } = await rehearse({ pace: WATCHED_PACE });
    const seen = new Set<string>();
    const traits = new Set<string>();
    let here: number[] = [];
    const recordings = await loadRecordings();
    host.on('class:progress', (changes) => {
      for (const fields of Object.values(changes.changed)) {
        const { loss = null, state } = fields ?? {};
        if (state) seen.add(state);
        for (const { losses, trait } of recordings)
          if (loss !== null && losses.includes(loss)) traits.add(trait);
      }
    });
    let present: ReadonlySet<string> = new Set();
    host.on('class:present', (change) => {
      present = withPresence(present, change);
      here = [...here, present.size];
    });
    await vi.waitFor(() => expect(people(room)).toHaveLength(STUDENTS), WAIT);
    expect(people(room).every(({ nickname }) => nickname.startsWith('Simulated '))).toBe(true);
    await ask(host, 'round:start', { challenge: defaultChallenge() });
    await vi.waitFor(() => {
      const verified = submitted(room).filter(({ status }) => status === 'verified');
      expect(new Set(verified.map(({ participantId }) => participantId)).size).toBeGreaterThan(15);
    }, WAIT);
    expect(evaluated()).toBeGreaterThan(15);
    expect(submitted(room).some(({ status }) => status === 'rejected')).toBe(false);
    expect([...traits].sort()).toEqual(['diverged', 'ordinary', 'over-fitted', 'stalled']);
    expect(seen.has('finished')).toBe(true);
    expect(here.some((count, index) => count < (here[index - 1] ?? 0))).toBe(true);
    await vi.waitFor(() => expect(here.at(-1)).toBe(STUDENTS), WAIT);
    expect(people(room).some(({ shares }) => shares)).toBe(true);
    expect(await bestOfTask(root.db, 'definition-domain')).toEqual([]);
    expect(await root.metrics.text()).not.toMatch(/rankroom_verdicts_total{/);
  });

  it('answers questions and takes cells of a sweep (S-42)', async () => {
    const plan = (['poll', 'prediction', 'sweep'] as const).map((kind) =>
      newActivity(kind, randomUUID()),
    );
    const { host, room } = await rehearse({ plan });
    expect(room.state.plan).toEqual(plan);
    await vi.waitFor(() => expect(people(room)).toHaveLength(STUDENTS), WAIT);
    for (const { id } of plan.slice(0, 2)) {
      await ask(host, 'activity:go', { activityId: id });
      await vi.waitFor(
        () => expect(Object.keys(room.state.answers[id] ?? {}).length).toBeGreaterThan(12),
        WAIT,
      );
    }
    const sweep = plan[2]!;
    await ask(host, 'activity:go', { activityId: sweep.id });
    await ask(host, 'sweep:start', {
      sweep: sweep.kind === 'sweep' ? sweep.sweep : null,
      activityId: sweep.id,
    });
    await vi.waitFor(() => expect(submitted(room).length).toBeGreaterThan(5), WAIT);
    expect(submitted(room).every(({ cell }) => cell !== null)).toBe(true);
  });

  it('waits, and its tiles say so, where no recording is what the round allows (S-43)', async () => {
    const { host, room } = await rehearse();
    await vi.waitFor(() => expect(people(room)).toHaveLength(STUDENTS), WAIT);
    let devices: Record<string, Preflight> = {};
    const waiting = next(host, 'class:preflight', (changes) => {
      devices = withChanges(devices, changes);
      const all = Object.values(devices).filter(({ withoutRecording }) => withoutRecording);
      return all.length === STUDENTS;
    });
    await ask(host, 'round:start', {
      challenge: { ...defaultChallenge(), methods: ['full'], quantisations: ['fp32'], maxSteps: 7 },
    });
    await waiting;
    expect(submitted(room)).toEqual([]);
  });

  it('is one for a host who presses twice, and no host has two (S-41)', async () => {
    const { root, meta, code, original } = await rehearse();
    const again = { title: meta.title, plan: [], code: original };
    expect(await root.rehearsals.begin(meta.hostId, again)).toBe(code);
    await expect(
      root.rehearsals.begin(meta.hostId, { ...again, code: null }),
    ).rejects.toMatchObject({ status: 409 });
    await expect(root.rehearsals.end('somebody else', code)).rejects.toMatchObject({ status: 403 });
  });

  it('is the one of the plan as it is now, whatever ids its activities have (S-41)', async () => {
    const plan = ['lesson', 'poll'].map((kind) => newActivity(kind as ActivityKind, randomUUID()));
    const { root, meta, code, original } = await rehearse({ plan });
    const begin = (of: Plan, from: string | null = original) =>
      root.rehearsals.begin(meta.hostId, { title: meta.title, plan: of, code: from });
    // A ready-made plan gets new ids each time it is used.
    expect(await begin(plan.map((activity) => ({ ...activity, id: randomUUID() })))).toBe(code);
    const edited = [{ ...plan[0]!, title: 'Another section' }, plan[1]!];
    for (const other of [edited, plan.toReversed(), plan.slice(1)])
      await expect(begin(other)).rejects.toMatchObject({
        status: 409,
        message: `Your rehearsal of “${meta.title}”, with another plan, is still running. End it first: its code is ${code}.`,
      });
    await root.rehearsals.end(meta.hostId, code);
    const next = await begin(edited, null);
    expect((await root.rooms.byCode(next))!.state.plan).toEqual(edited);
    // Another saved plan of the same title.
    await expect(begin(plan, null)).rejects.toMatchObject({ status: 409 });
    expect(await begin(edited, null)).toBe(next);
  });
});

/** A session in full swing: submissions queued and being verified, people in it, uploads on their way. */
async function endedInFullSwing(database?: DatabaseLocation) {
  const scene = await rehearse({ delay: 200, ...(database ? { database } : {}) });
  const { root, code, room, host, meta } = scene;
  await vi.waitFor(() => expect(people(room).length).toBeGreaterThan(15), WAIT);
  await ask(host, 'host:invite', {});
  const mine = await server.join(code, 'My phone');
  server.connect(code, 'participant', mine.cookie);
  await ask(host, 'round:start', { challenge: defaultChallenge() });
  await vi.waitFor(() => expect(submitted(room).length).toBeGreaterThan(3), WAIT);
  const gone = new Promise((resolve) => host.once('disconnect', resolve));
  const back = await root.rehearsals.end(meta.hostId, code);
  await gone;
  return { ...scene, back };
}

describe('the end of a rehearsal', () => {
  it('leaves no row, no room and no connection (S-44)', async () => {
    const { root, before, back, original, code, room, meta } = await endedInFullSwing();
    expect(back).toBe(`/host/${original}`);
    expect(await rowCounts(root.db)).toEqual(before);
    expect(await root.rooms.byCode(code)).toBeNull();
    expect([...root.rooms.open].map(({ meta: { code: open } }) => open)).toEqual([original]);
    await vi.waitFor(() => expect(root.hub.connections).toBe(0), WAIT);
    await expect(
      room.change(() => ({ events: [{ type: 'session:ended', at: 1 }], value: null })),
    ).rejects.toMatchObject({ status: 410 });
    // The verdict that was under way has nowhere to go.
    await vi.waitFor(async () => expect(await root.queue.depth()).toBe(0), WAIT);
    expect(await rowCounts(root.db)).toEqual(before);
    expect(await root.rehearsals.end(meta.hostId, code)).toBe('/host');
  });

  it('leaves no row on Postgres (S-44)', async ({ skip }) => {
    const database = await freshPostgres();
    if (!database) return skip('no Postgres answers');
    try {
      const { root, before } = await endedInFullSwing({ kind: 'postgres', url: database.url });
      expect(await rowCounts(root.db)).toEqual(before);
      await server.stop();
    } finally {
      await database.drop();
    }
  });

  it('comes with the end of the server (S-44)', async ({ skip }) => {
    const database = await freshPostgres();
    if (!database) return skip('no Postgres answers');
    const location = { kind: 'postgres', url: database.url } as const;
    try {
      const { before } = await rehearse({ database: location });
      await server.stop();
      server = await TestServer.start({ database: location });
      expect(await rowCounts(server.root.db)).toEqual(before);
      await server.stop();
    } finally {
      await database.drop();
    }
  });
});
