/** Where a browser tries its connection before a class: I-16. */
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestServer } from './harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

const open = (transport: string, headers = {}) =>
  io(`${server.url}/check`, {
    transports: [transport],
    upgrade: false,
    forceNew: true,
    reconnection: false,
    extraHeaders: headers,
  });

it.each(['polling', 'websocket'])(
  'answers over %s, without a code and a cookie (I-16)',
  async (transport) => {
    const socket = open(transport);
    const at = (await socket.timeout(5000).emitWithAck('hello')) as number;
    expect(Math.abs(at - server.root.now())).toBeLessThan(60_000);
    // Nothing of a session is to be had here.
    const [heard, answered]: [unknown[], unknown[]] = [[], []];
    socket.onAny((...what) => heard.push(what));
    socket.emit('round:start', {}, (what: unknown) => answered.push(what));
    socket.emit('hello', 'no callback');
    await socket.timeout(5000).emitWithAck('hello');
    expect([heard, answered]).toEqual([[], []]);
    socket.disconnect();
  },
);

it("refuses another site's page, and one address that connects without end (I-16, P-3)", async () => {
  const refused = (socket: ReturnType<typeof open>) =>
    new Promise<string>((resolve) =>
      socket.once('connect_error', ({ message }) => resolve(message)),
    );
  expect(await refused(open('websocket', { origin: 'https://elsewhere.example' }))).toBeTruthy();
  const address = '127.0.0.1';
  const spend = () => server.root.limits.spend('check', address);
  for (;;)
    if (
      !(await spend().then(
        () => true,
        () => false,
      ))
    )
      break;
  expect(await refused(open('websocket'))).toContain('Too many attempts');
});
