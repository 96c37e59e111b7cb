/** Several people who host one session: S-34 and S-35. */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { AUTH_COOKIE } from '../../server/http/cookies.ts';
import { newActivity } from '../../src/lib/live/plan.ts';
import { next, refusal, send, startRound, TestServer, type Client } from './harness.ts';

let server: TestServer;
afterEach(() => server.stop());

const ask = <T = undefined>(client: Client, event: string, message = {}) =>
  send<T>(client, event, { requestId: randomUUID(), ...message });

async function coHosted() {
  server = await TestServer.start();
  const { code, hostCookie } = await server.session();
  const owner = server.connect(code, 'host', hostCookie);
  const [, ownerYou] = await next(owner, 'session:snapshot');
  const ben = await server.root.accounts.signUp({ username: 'ben', password: 'a long password' });
  const cookie = `${AUTH_COOKIE}=${(await server.root.sessions.create(ben.id)).id}`;
  expect(await refusal(server.connect(code, 'host', cookie))).toBe('not-the-host');
  const invited = await ask<string>(owner, 'host:invite');
  if (!invited.ok) throw new Error(invited.error);
  const token = invited.value.split('/').at(-1)!;
  await server.root.hosts.accept(token, { id: ben.id, name: ben.username });
  const helper = server.connect(code, 'host', cookie);
  const [, you] = await next(helper, 'session:snapshot');
  if (you.role !== 'host' || ownerYou.role !== 'host') throw new Error('not a host');
  return { code, owner, helper, ben, cookie, ownerId: ownerYou.host.id, token, hostCookie };
}

it('only one leads: others are told who, and any host takes or passes the lead (S-34)', async () => {
  const { owner, helper, ben, ownerId, token } = await coHosted();
  const stranger = await server.root.accounts.signUp({
    username: 'eve',
    password: 'a long password',
  });
  await expect(server.root.hosts.accept(token, { id: stranger.id, name: 'eve' })).rejects.toThrow(
    'used already',
  );

  const refused = await ask(helper, 'class:pause');
  expect(refused).toMatchObject({
    ok: false,
    error: expect.stringMatching(/leads the class/) as string,
  });
  // What two can do at once without being at odds stays open to both.
  expect(await ask(helper, 'names:change', { hidden: true })).toMatchObject({ ok: true });
  expect(await ask(helper, 'lead:pass', { hostId: ben.id })).toMatchObject({ ok: true });
  await startRound(helper);
  expect(await ask(owner, 'class:pause')).toMatchObject({
    ok: false,
    error: 'ben leads the class. Take the lead to do this.',
  });
  expect(await ask(helper, 'lead:pass', { hostId: ownerId })).toMatchObject({ ok: true });
  expect(await ask(owner, 'class:pause')).toMatchObject({ ok: true });
  expect(await ask(owner, 'lead:pass', { hostId: randomUUID() })).toMatchObject({ ok: false });
});

it('the owner removes a co-host, whose pages and projector are shut, and the lead comes back (S-34)', async () => {
  const { code, owner, helper, ben, cookie, ownerId, hostCookie } = await coHosted();
  await ask(helper, 'lead:pass', { hostId: ben.id });
  expect(await ask(helper, 'host:remove', { hostId: ownerId })).toMatchObject({ ok: false });
  const projector = server.connect(code, 'screen', cookie);
  const ownProjector = server.connect(code, 'screen', hostCookie);
  await Promise.all([projector, ownProjector].map((page) => next(page, 'session:snapshot')));
  const shut = [helper, projector].map(
    (page) => new Promise<void>((resolve) => void page.once('disconnect', () => resolve())),
  );
  expect(await ask(owner, 'host:remove', { hostId: ben.id })).toMatchObject({ ok: true });
  await Promise.all(shut);
  expect(await ask(owner, 'class:pause')).toMatchObject({ ok: true });
  expect(ownProjector.connected).toBe(true);
  for (const role of ['host', 'screen'] as const)
    expect(await refusal(server.connect(code, role, cookie))).toBe('not-the-host');
});

it('no host overwrites a plan that another one has saved meanwhile, unless they say so (S-34)', async () => {
  const { code, owner, helper, ben, ownerId, hostCookie } = await coHosted();
  const room = (await server.root.rooms.byCode(code))!;
  const [first, ...bens] = (['discussion', 'lab', 'poll'] as const).map((kind) =>
    newActivity(kind, randomUUID()),
  );
  const save = (client: Client, plan: unknown[], basedOn: number) =>
    ask(client, 'plan:change', { plan, basedOn });
  expect(await save(owner, [first], room.state.planSeq)).toMatchObject({ ok: true });
  const read = room.state.planSeq;

  await ask(helper, 'lead:pass', { hostId: ben.id });
  expect(await save(helper, [first, ...bens], read)).toMatchObject({ ok: true });
  // Sent again after a lost answer it is the same.
  const { seq } = room.state;
  expect(await save(helper, [first, ...bens], read)).toMatchObject({ ok: true });
  expect(room.state.seq).toBe(seq);
  await ask(owner, 'lead:pass', { hostId: ownerId });
  const mine = [{ ...first, title: 'Mine' }];
  expect(await save(owner, mine, read)).toMatchObject({
    ok: false,
    error: 'The plan was saved from another page after you had begun to edit it here.',
  });
  expect(room.state.plan).toEqual([first, ...bens]);

  // The page knows which plan the class has: what it says of that one is its host's decision.
  const [state] = await next(server.connect(code, 'host', hostCookie), 'session:snapshot');
  expect(state.planSeq).toBe(seq);
  expect(await save(owner, mine, state.planSeq)).toMatchObject({ ok: true });
  expect(room.state.plan).toEqual(mine);
  expect(await ask(owner, 'plan:change', { plan: mine })).toMatchObject({
    ok: false,
    field: 'basedOn',
  });
});

it('a host who comes back finds the class where it was (S-35)', async () => {
  const { code, owner, hostCookie } = await coHosted();
  const activity = newActivity('discussion', randomUUID());
  await ask(owner, 'plan:change', { plan: [activity], basedOn: 0 });
  await ask(owner, 'activity:go', { activityId: activity.id });
  await startRound(owner);
  await ask(owner, 'knob:lock', { lock: { knob: 'rank', value: 2 } });
  await ask(owner, 'class:pause');
  owner.disconnect();
  const [state] = await next(server.connect(code, 'host', hostCookie), 'session:snapshot');
  expect(state).toMatchObject({ phase: 'round', activityId: activity.id });
  expect(state.pausedAt).not.toBeNull();
  expect(state.rounds[0]?.locks.rank?.value).toBe(2);
});
