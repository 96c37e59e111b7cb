/** A student's page that sends without end, over real sockets. */
import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { defaultRecipe } from '../../src/lib/engine/formats/recipe.ts';
import type { Offer } from '../../src/lib/live/protocol.ts';
import { next, send, TestServer, type Client } from './harness.ts';

let server: TestServer;
afterEach(() => server.stop());

async function classroom() {
  server = await TestServer.start();
  const { code, hostCookie } = await server.session();
  const ada = await server.join(code, 'Ada');
  const ben = await server.join(code, 'Ben');
  const host = server.connect(code, 'host', hostCookie);
  const adas = server.connect(code, 'participant', ada.cookie);
  const bens = server.connect(code, 'participant', ben.cookie);
  await Promise.all([host, adas, bens].map((client) => next(client, 'session:snapshot')));
  const room = (await server.root.rooms.byCode(code))!;
  return { code, room, ada, host, adas, bens };
}

const ask = (client: Client, event: string, message = {}) =>
  send(client, event, { requestId: randomUUID(), ...message });

it('is refused after sixty commands a minute, whichever they are and on whichever connection (P-6)', async () => {
  const { code, room, ada, host, adas, bens } = await classroom();
  const { seq } = room.state;
  for (let turn = 0; turn < 10; turn++) {
    const taken = await Promise.all(
      [true, false, true].flatMap((on) => [
        ask(adas, 'hand:change', { up: on !== turn % 2 > 0 }),
        ask(adas, 'sharing:change', { shares: on !== turn % 2 > 0 }),
      ]),
    );
    expect(taken.every(({ ok }) => ok)).toBe(true);
  }
  expect(room.state.seq).toBe(seq + 60);
  const again = server.connect(code, 'participant', ada.cookie);
  await next(again, 'session:snapshot');
  for (const [event, message] of [
    ['hand:change', { up: true }],
    ['sharing:change', { shares: true }],
    ['answer:give', { activityId: randomUUID(), answer: 1, asked: 0 }],
    ['cell:take', {}],
  ] as const)
    expect(await ask(again, event, message)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^Too many attempts\. Try again in \d+ seconds\.$/) as string,
    });
  expect(room.state.seq).toBe(seq + 60);
  expect(await ask(bens, 'hand:change', { up: true })).toMatchObject({ ok: true });
  expect(await ask(host, 'class:pause')).toMatchObject({ ok: true });
});

it('reaches the hosts with sixty offers a minute, and may say one again as often as it connects (P-6)', async () => {
  const { code, ada, host, adas } = await classroom();
  const { id } = ada.participant;
  const offer = (): Offer => ({ runId: randomUUID(), recipe: defaultRecipe(), accuracy: 0.8 });
  const heard: string[] = [];
  host.on('class:offers', (offers) => heard.push(offers[id]!.runId));
  await ask(adas, 'sharing:change', { shares: true });
  const first = offer();
  await send(adas, 'run:offer', first);
  const repeated = Array.from({ length: 80 }, () => send(adas, 'run:offer', first));
  expect((await Promise.all(repeated)).every(({ ok }) => ok)).toBe(true);
  expect(await ask(adas, 'hand:change', { up: true })).toMatchObject({ ok: true });

  const answers = await Promise.all(
    Array.from({ length: 80 }, () => send(adas, 'run:offer', offer())),
  );
  // One was spent on consent, one on the first run and one on the hand.
  expect(answers.filter(({ ok }) => ok)).toHaveLength(57);
  const reloaded = server.connect(code, 'participant', ada.cookie);
  await next(reloaded, 'session:snapshot');
  expect(await send(reloaded, 'run:offer', offer())).toMatchObject({ ok: false });
  // The host's own connection answers after all that went to it before.
  await ask(host, 'class:pause');
  expect(heard).toHaveLength(58);
});
