import { createServer, request as httpRequest, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { reachableOrigin } from './addresses.ts';
import { readCookie } from './cookies.ts';
import { gate, MAX_BODY_BYTES } from './gate.ts';
import { guardHeaders } from './headers.ts';

async function serving<T>(
  listener: RequestListener,
  use: (port: number) => Promise<T>,
): Promise<T> {
  const server = createServer(listener);
  guardHeaders(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const put = (port: number, path: string, headers: Record<string, string | number>) =>
  new Promise<number>((resolve, reject) => {
    const call = httpRequest({ port, path, method: 'PUT', headers, agent: false }, (response) => {
      resolve(response.statusCode!);
      call.destroy();
    });
    call.on('error', reject);
    call.end();
  });

describe('gate', () => {
  const echo: RequestListener = (request, response) =>
    response.end(JSON.stringify(request.headers['x-forwarded-proto']));
  const options = { protocol: 'http' as const, trustProxy: false };

  it('lets artifacts through and nothing else of their size', () =>
    serving(
      gate((_, response) => response.writeHead(204).end(), options),
      async (port) => {
        const size = { 'content-length': 600_000 };
        expect(await put(port, '/join', size)).toBe(413);
        const submission = '/api/sessions/ABCDEF/submissions/x';
        expect(await put(port, submission, size)).toBe(204);
        expect(await put(port, submission, { 'content-length': MAX_BODY_BYTES })).toBe(204);
        expect(await put(port, submission, { 'content-length': MAX_BODY_BYTES + 1 })).toBe(413);
        expect(await put(port, '/join', { 'transfer-encoding': 'chunked' })).toBe(411);
      },
    ));

  it('states the protocol and believes nobody else about it', async () => {
    const headers = { 'x-forwarded-proto': 'https' };
    await serving(gate(echo, options), async (port) => {
      const response = await fetch(`http://127.0.0.1:${port}`, { headers });
      expect(await response.json()).toBe('http');
    });
    await serving(gate(echo, { ...options, trustProxy: true }), async (port) => {
      expect(await (await fetch(`http://127.0.0.1:${port}`, { headers })).json()).toBe('https');
    });
  });
});

it('isolation headers stand on answers to requests that cannot be parsed', () =>
  serving(
    () => {},
    (port) =>
      new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.write('nonsense\r\n\r\n'));
        socket.once('data', (data) => {
          expect(data.toString()).toContain('400 Bad Request');
          expect(data.toString()).toContain('cross-origin-embedder-policy: require-corp');
          resolve();
        });
      }),
  ));

it('reads one cookie of many', () => {
  expect(readCookie('a=1; seat=xyz; b=2', 'seat')).toBe('xyz');
  expect(readCookie('notseat=1', 'seat')).toBeNull();
  expect(readCookie(undefined, 'seat')).toBeNull();
});

it('gives the page’s own origin unless only this machine could open it', () => {
  expect(reachableOrigin(new URL('https://class.example/host'))).toBe('https://class.example');
  expect(reachableOrigin(new URL('http://localhost:3000/host'), '127.0.0.1')).toBe(
    'http://localhost:3000',
  );
});
