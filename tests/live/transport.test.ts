/** What the network does to a screen: S-36, S-37 and S-39. */
import { randomUUID } from 'node:crypto';
import type { Socket as TcpSocket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { PING } from '../../server/live/hub.ts';
import { GATHER_INTERVAL } from '../../server/live/outgoing.ts';
import { next, send, TestServer, type Client } from './harness.ts';

let server: TestServer;
afterEach(() => server.stop());

/** The connection of a laptop whose lid is shut: it stays open, and once paused says nothing any more. */
function connectionOf(client: Client): TcpSocket {
  const { transport } = client.io.engine as unknown as {
    transport: { ws: { _socket: TcpSocket } };
  };
  return transport.ws._socket;
}

it('a client that falls silent is away within twelve seconds (S-37)', async () => {
  expect(PING.pingInterval + PING.pingTimeout).toBeLessThanOrEqual(12_000);
  server = await TestServer.start();
  const { code, hostCookie } = await server.session();
  const { participant, cookie } = await server.join(code, 'Ada');
  const host = server.connect(code, 'host', hostCookie);
  const student = server.connect(code, 'participant', cookie);
  await next(host, 'class:present', ({ here }) => here.includes(participant.id));
  const connection = connectionOf(student);
  connection.pause();
  await next(host, 'class:present', ({ gone }) => gone.includes(participant.id));
  connection.destroy();
}, 30_000);

it('a network that blocks WebSockets carries commands and events all the same (S-39)', async () => {
  server = await TestServer.start();
  const { code, hostCookie } = await server.session();
  const { participant, cookie } = await server.join(code, 'Ada');
  const polling = { transports: ['polling'] };
  const host = server.connect(code, 'host', hostCookie, polling);
  const student = server.connect(code, 'participant', cookie, polling);
  await Promise.all([next(host, 'session:snapshot'), next(student, 'session:snapshot')]);
  const seen = next(host, 'session:events', (events) =>
    events.some(({ event }) => event.type === 'hand:raised'),
  );
  expect(await send(student, 'hand:change', { requestId: randomUUID(), up: true })).toMatchObject({
    ok: true,
  });
  await seen;
  expect(student.io.engine.transport.name).toBe('polling');
  expect(participant.nickname).toBe('Ada');
});

it('many events within a moment reach a screen together, in order, and none is lost (S-36)', async () => {
  server = await TestServer.start();
  const { code, hostCookie } = await server.session();
  const host = server.connect(code, 'host', hostCookie);
  await next(host, 'session:snapshot');
  const messages: number[][] = [];
  host.on('session:events', (events) => messages.push(events.map(({ seq }) => seq)));
  const room = (await server.root.rooms.byCode(code))!;
  const joins = Array.from({ length: 60 }, (_, index) => server.join(code, `Student ${index}`));
  await Promise.all(joins);
  while (messages.flat().length < 60) await next(host, 'session:events');
  expect(messages.flat()).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  expect(messages.length).toBeLessThan(60);
  expect(GATHER_INTERVAL).toBeLessThanOrEqual(250);
  expect(room.state.seq).toBe(60);
});
