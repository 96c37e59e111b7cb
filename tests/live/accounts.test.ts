/** When the sign-ins of an account end, so do the screens that they have opened. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AUTH_COOKIE } from '../../server/http/cookies.ts';
import { next, refusal, TestServer } from './harness.ts';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.stop());

it('a host whose password is changed is disconnected and not let in again; others stay (I-32)', async () => {
  const { root } = server;
  const path = await root.accounts.issueSetupPath();
  const host = await root.accounts.setUpInstructor(path.split('token=')[1]!, {
    username: `host-${randomUUID().slice(0, 8)}`,
    password: 'a long password',
  });
  const cookie = `${AUTH_COOKIE}=${(await root.sessions.create(host.id)).id}`;
  const { code } = await root.rooms.create(host.id, 'Class', null);
  const seat = await server.join(code, 'Ada');
  const pages = [server.connect(code, 'host', cookie), server.connect(code, 'screen', cookie)];
  const student = server.connect(code, 'participant', seat.cookie);
  await Promise.all([...pages, student].map((page) => next(page, 'session:snapshot')));

  const dropped = pages.map(
    (page) => new Promise<void>((resolve) => void page.once('disconnect', () => resolve())),
  );
  await root.accounts.changePassword(host.id, 'a long password', 'another long password');
  root.hub.dropAccount(host.id);
  await Promise.all(dropped);
  expect(student.connected).toBe(true);
  expect(await refusal(server.connect(code, 'host', cookie))).toBe('not-the-host');

  const anew = `${AUTH_COOKIE}=${(await root.sessions.create(host.id)).id}`;
  await next(server.connect(code, 'host', anew), 'session:snapshot');
});
