/** Who may open a socket, and what somebody who may not is told. */
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '../../src/lib/live/protocol.ts';
import { addressOf, admit, isSameOrigin } from '../../server/live/admission.ts';
import { next, refusal, startRound, TestServer } from './harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.stop());

it('says why it refuses', async () => {
  const { code, hostCookie } = await server.session();
  const { cookie } = await server.join(code, 'Ada');
  const other = await server.session();
  const ask = (...args: Parameters<TestServer['connect']>) => refusal(server.connect(...args));
  expect(await ask('222222', 'host', hostCookie)).toBe('unknown-session');
  expect(await ask(code, 'participant', '')).toBe('not-a-participant');
  expect(await ask(other.code, 'participant', cookie)).toBe('not-a-participant');
  expect(await ask(code, 'host', other.hostCookie)).toBe('not-the-host');
  expect(await ask(code, 'screen', cookie)).toBe('not-the-host');
  expect(await ask(code, 'host', hostCookie, { hello: { code: 7 } })).toBe('malformed');
  expect(await ask(code, 'host', hostCookie, { hello: { protocol: 0, code, role: 'host' } })).toBe(
    'client-too-old',
  );
  expect(await ask(code, 'host', hostCookie, { hello: { protocol: 9, code, role: 'host' } })).toBe(
    'server-too-old',
  );
});

it("refuses another site's socket (P-3)", async () => {
  const { code, hostCookie } = await server.session();
  const foreign = server.connect(code, 'host', hostCookie, {
    origin: 'https://elsewhere.example',
  });
  await refusal(foreign);
  const own = server.connect(code, 'host', hostCookie, { origin: server.url });
  await next(own, 'session:snapshot');
});

it('serves a client that can only poll', async () => {
  const { code, hostCookie } = await server.session();
  const host = server.connect(code, 'host', hostCookie, { transports: ['polling'] });
  await next(host, 'session:snapshot');
  expect((await startRound(host)).number).toBe(1);
});

it('compares with the host that the browser asked for, behind a proxy only (P-3)', () => {
  const request = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;
  const proxied = {
    origin: 'https://class.example',
    host: '127.0.0.1:3000',
    'x-forwarded-host': 'class.example',
  };
  expect(isSameOrigin(request(proxied), true)).toBe(true);
  expect(isSameOrigin(request(proxied), false)).toBe(false);
  expect(isSameOrigin(request({ ...proxied, origin: 'https://evil.example' }), true)).toBe(false);
  const passedOn = { origin: 'https://class.example', host: 'class.example' };
  expect(isSameOrigin(request(passedOn), true)).toBe(true);
  const from = { headers: { 'x-forwarded-for': '6.6.6.6, 10.0.0.9' }, address: '127.0.0.1' };
  expect(addressOf(from, true)).toBe('10.0.0.9');
  expect(addressOf(from, false)).toBe('127.0.0.1');
});

it('stops one address that tries codes (P-5)', async () => {
  const searched = await TestServer.start();
  try {
    const doors = searched.root;
    const knock = (code: string) =>
      admit(doors, { protocol: PROTOCOL_VERSION, code, role: 'screen' }, undefined, '10.0.0.9');
    for (let i = 0; i < 120; i++) expect(await knock('222222')).toBe('unknown-session');
    await expect(knock('222222')).rejects.toMatchObject({ status: 429 });
    const { code, hostCookie } = await searched.session();
    await next(searched.connect(code, 'host', hostCookie), 'session:snapshot');
  } finally {
    await searched.stop();
  }
});

it('sets isolation headers on socket.io answers too', async () => {
  const response = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
  expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin');
});
