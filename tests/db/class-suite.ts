/** What a database keeps for a class beside its session: plans, co-hosts, rehearsals. */
import { eq } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { hostInvitations } from '../../server/db/schema.ts';
import { startRound } from '../../server/live/host-commands.ts';
import { Hosts, mayHost, removeHost } from '../../server/live/hosts.ts';
import type { LiveHub } from '../../server/live/hub.ts';
import { OpenChallenges } from '../../server/live/open-challenges.ts';
import { Plans } from '../../server/live/plans.ts';
import { Rooms } from '../../server/live/rooms.ts';
import { Seats } from '../../server/live/seats.ts';
import { createLogger } from '../../server/log.ts';
import { Rehearsals } from '../../server/rehearsal/rehearsals.ts';
import { receiveSubmission } from '../../server/submissions/receive.ts';
import { VerificationQueue } from '../../server/verifier/queue.ts';
import { defaultChallenge } from '../../src/lib/live/challenge.ts';
import { newActivity } from '../../src/lib/live/plan.ts';
import { upload } from '../live/harness.ts';
import { rowCounts } from '../support/row-counts.ts';

import type { Database } from '../../server/db/index.ts';
import { accountsIn, instructorIn, PASSWORD } from './people.ts';

export function classSuite(db: () => Database): void {
  const accounts = () => accountsIn(db());
  const instructor = () => instructorIn(db());

  it('verifies what a class submits before what a rehearsal does (S-45)', async () => {
    const rooms = new Rooms(db(), Date.now);
    const seats = new Seats(db(), Date.now);
    const hostId = (await instructor()).id;
    const ids: string[] = [];
    for (const until of [new Date(Date.now() + 60_000), null]) {
      const live = (await rooms.byId((await rooms.create(hostId, 'Test', null, [], until)).id))!;
      const { participant } = await seats.join(live, 'Ada', null, null);
      await startRound(live, { requestId: randomUUID(), challenge: defaultChallenge() }, Date.now);
      const what = upload(undefined, until ? 0.99 : 0.01);
      const { submissionId } = await receiveSubmission(db(), live, participant, what, Date.now);
      ids.push(submissionId);
    }
    const queue = new VerificationQueue(db(), Date.now);
    const order = [await queue.lease(60_000), await queue.lease(60_000)];
    expect(order.map((lease) => lease?.submissionId)).toEqual(ids.reverse());
    for (const lease of order) await db().transaction((tx) => queue.finish(tx, lease!, {}));
  });

  it('deletes what a rehearsal left behind when its server crashed (S-44)', async () => {
    const rooms = new Rooms(db(), Date.now);
    const seats = new Seats(db(), Date.now);
    const hostId = (await instructor()).id;
    const start = async (alone: boolean, now: number) => {
      const rehearsals = new Rehearsals({
        ...{ db: db(), rooms, seats, alone },
        hub: { server: null } as LiveHub,
        log: createLogger('silent'),
        now: () => now,
      });
      await rehearsals.start();
      await rehearsals.close();
    };
    await start(true, Date.now());
    const before = await rowCounts(db());
    const crash = async () => {
      const until = new Date(Date.now() + 30_000);
      const live = (await rooms.byId((await rooms.create(hostId, 'Test', null, [], until)).id))!;
      const { participant } = await seats.join(live, 'Simulated Ada', null, null);
      await startRound(live, { requestId: randomUUID(), challenge: defaultChallenge() }, Date.now);
      await receiveSubmission(db(), live, participant, upload(), Date.now);
    };
    await crash();
    expect(await rowCounts(db())).not.toEqual(before);
    // It may be another server's, which is about to say that it goes on.
    await start(false, Date.now());
    expect(await rowCounts(db())).not.toEqual(before);
    await start(false, Date.now() + 60_000);
    expect(await rowCounts(db())).toEqual(before);
    await crash();
    await start(true, Date.now());
    expect(await rowCounts(db())).toEqual(before);
  });

  it('begins a session with a plan, once for a request sent twice (S-24)', async () => {
    const rooms = new Rooms(db(), Date.now);
    const host = await instructor();
    const plan = [newActivity('poll', randomUUID()), newActivity('sweep', randomUUID())];
    const requestId = randomUUID();
    const made = await Promise.all(
      [1, 2].map(() => rooms.create(host.id, 'Test', requestId, plan)),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    const { state } = (await rooms.byId(made[0]!.id))!;
    expect(state.plan).toEqual(plan);
    expect(state.seq).toBe(1);
  });

  it('keeps plans by account, each once, and loses none to another window (S-24)', async () => {
    let clock = 1_700_000_000_000;
    const plans = new Plans(db(), () => clock);
    const [owner, other] = [await instructor(), await instructor()];
    const requestId = randomUUID();
    const first = { title: ' First ', plan: [newActivity('poll', randomUUID())] };
    const id = await plans.create(owner.id, requestId, first);
    expect(await plans.create(owner.id, requestId, first)).toBe(id);
    expect(await plans.of(owner.id)).toMatchObject([{ title: 'First', plan: first.plan }]);
    expect(await plans.find(other.id, id)).toBeNull();
    await expect(plans.create(other.id, requestId, first)).rejects.toMatchObject({ status: 409 });

    const read = clock;
    clock += 1000;
    const second = { ...first, title: 'Second' };
    expect(await plans.save(owner.id, id, second, read)).toBe(clock);
    // Sent again after a lost answer it is the same; what another window has is refused.
    expect(await plans.save(owner.id, id, second, read)).toBe(clock);
    const stale = { ...first, title: 'From another window' };
    await expect(plans.save(owner.id, id, stale, read)).rejects.toMatchObject({ status: 409 });
    await expect(plans.save(other.id, id, stale, clock)).rejects.toMatchObject({ status: 404 });
    const unfit = { title: 'Unfit', plan: [{ ...first.plan[0], title: '' }] };
    await expect(plans.save(owner.id, id, unfit, clock)).rejects.toMatchObject({
      status: 400,
      field: 'plan.0.title',
    });
    expect(await plans.find(owner.id, id)).toMatchObject({ title: 'Second' });

    await plans.delete(other.id, id);
    expect(await plans.of(owner.id)).toHaveLength(1);
    await plans.delete(owner.id, id);
    expect(await plans.of(owner.id)).toEqual([]);
  });

  it('opens one challenge a task and month, however many ask at once, and ends the one before (S-46, S-47)', async () => {
    let clock = Date.UTC(2026, 10, 25);
    const now = () => clock;
    const server = () => new OpenChallenges(db(), new Rooms(db(), now), now);
    const rooms = await Promise.all([
      server().of('spam'),
      server().of('spam'),
      server().of('spam'),
    ]);
    expect(new Set(rooms.map(({ meta }) => meta.code)).size).toBe(1);
    const [november] = rooms;
    expect(november.meta).toMatchObject({ open: true, title: 'Open challenge, November 2026' });
    const other = await server().of('part-of-speech');
    expect(other.meta.id).not.toBe(november.meta.id);

    const again = (await new Rooms(db(), now).byId(november.meta.id))!;
    expect(again.state).toMatchObject({
      phase: 'round',
      rounds: [{ challenge: { task: 'spam' } }],
    });
    expect(mayHost(again, '')).toBe(false);

    clock = Date.UTC(2026, 11, 1);
    const december = await server().of('spam');
    expect(december.meta.id).not.toBe(november.meta.id);
    expect((await new Rooms(db(), now).byId(november.meta.id))!.state.phase).toBe('ended');
    expect((await new Rooms(db(), now).byId(other.meta.id))!.state.phase).toBe('round');
  });

  it('makes one co-host of an invitation, whoever is first, and answers that one again (S-8, S-25)', async () => {
    let clock = 1_700_000_000_000;
    const rooms = new Rooms(db(), () => clock);
    const hosts = new Hosts(db(), rooms, () => clock);
    const owner = await instructor();
    const live = (await rooms.byId((await rooms.create(owner.id, 'Test', null)).id))!;
    const guest = async () => {
      const { id, username } = await accounts().signUp({
        username: `g-${randomUUID().slice(0, 8)}`,
        password: PASSWORD,
      });
      return { id, name: username };
    };
    const invite = async (requestId: string = randomUUID()) =>
      (await hosts.invite(live, requestId, owner.id)).split('/').at(-1)!;

    const requestId = randomUUID();
    const token = await invite(requestId);
    expect(await invite(requestId)).toBe(token);
    expect((await hosts.invitedTo(token, null))?.meta.id).toBe(live.meta.id);
    expect(await hosts.invitedTo(`${token}x`, null)).toBeNull();
    const [ann, ben] = [await guest(), await guest()];
    const outcomes = await Promise.allSettled([hosts.accept(token, ann), hosts.accept(token, ben)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(Object.keys(live.state.hosts)).toHaveLength(1);
    expect(await hosts.invitedTo(token, null)).toBeNull();

    const [inside] = Object.values(live.state.hosts);
    expect(mayHost(live, inside!.id)).toBe(true);
    expect(await rooms.hostedBy(inside!.id)).toMatchObject([
      { code: live.meta.code, ownedBy: owner.username },
    ]);
    expect(await rooms.hostedBy(owner.id)).toMatchObject([{ ownedBy: null }]);

    // Who came in by it and lost the answer gets it again, until they are removed; nobody else does.
    const other = inside!.id === ann.id ? ben : ann;
    const { seq } = live.state;
    expect(await hosts.accept(token, inside!)).toBe(live.meta.code);
    expect(live.state.seq).toBe(seq);
    expect((await hosts.invitedTo(token, inside!.id))?.meta.id).toBe(live.meta.id);
    expect(await hosts.invitedTo(token, other.id)).toBeNull();
    await expect(hosts.accept(token, other)).rejects.toMatchObject({ status: 400 });
    await removeHost(live, { requestId: randomUUID(), hostId: inside!.id }, owner.id, () => clock);
    expect(await hosts.invitedTo(token, inside!.id)).toBeNull();
    await expect(hosts.accept(token, inside!)).rejects.toMatchObject({ status: 400 });
    expect(live.state.hosts).toEqual({});

    const late = await invite();
    clock += 24 * 60 * 60_000;
    expect(await hosts.invitedTo(late, null)).toBeNull();
    await expect(hosts.accept(late, await guest())).rejects.toMatchObject({ status: 400 });
    expect(live.state.hosts).toEqual({});
  });

  it('takes back the links of a co-host who is removed, and forgets those that expire (S-25, S-34)', async () => {
    let clock = 1_700_000_000_000;
    const rooms = new Rooms(db(), () => clock);
    const hosts = new Hosts(db(), rooms, () => clock);
    const [owner, helper] = [await instructor(), await instructor()];
    const live = (await rooms.byId((await rooms.create(owner.id, 'Test', null)).id))!;
    const invite = async (by: string) =>
      (await hosts.invite(live, randomUUID(), by)).split('/').at(-1)!;
    const accept = (token: string) => hosts.accept(token, { id: helper.id, name: helper.username });
    await accept(await invite(owner.id));

    const kept = [await invite(helper.id), await invite(helper.id)];
    const owners = await invite(owner.id);
    const request = { requestId: randomUUID(), hostId: helper.id };
    await removeHost(live, request, owner.id, () => clock);
    // Asked for before the removal, in the database after it.
    kept.push(await invite(helper.id));
    for (const token of kept) {
      expect(await hosts.invitedTo(token, null)).toBeNull();
      await expect(accept(token)).rejects.toMatchObject({ status: 400 });
    }
    expect(mayHost(live, helper.id)).toBe(false);
    expect((await hosts.invitedTo(owners, null))?.meta.id).toBe(live.meta.id);
    // Made host again by another link, one is not led in by those of before.
    await accept(await invite(owner.id));
    for (const token of kept.slice(0, 2)) expect(await hosts.invitedTo(token, null)).toBeNull();

    const links = () =>
      db().select().from(hostInvitations).where(eq(hostInvitations.sessionId, live.meta.id));
    await hosts.forgetExpired();
    expect(await links()).not.toEqual([]);
    clock += 24 * 60 * 60_000;
    await hosts.forgetExpired();
    expect(await links()).toEqual([]);
  });
}
