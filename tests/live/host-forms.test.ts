/** What hosts send by the built server's own forms. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  removeFolder,
  startServer,
  temporaryFolder,
  type RunningServer,
} from '../../scripts/lib/server.mjs';
import { newActivity } from '../../src/lib/live/plan.ts';
import { Person } from '../support/person.ts';

let server: RunningServer;
let owner: Person;
let code: string;
beforeAll(async () => {
  server = await startServer({ data: await temporaryFolder() });
  owner = new Person(server.url);
  code = await owner.createSession(await server.setupPath());
});
afterAll(async () => {
  await server.stop();
  await removeFolder(server.data);
});

async function signedUp(username: string): Promise<Person> {
  const person = new Person(server.url);
  await person.post('/signup', { username, password: 'a long password' });
  return person;
}

const read = async (person: Person, path: string) =>
  (await fetch(server.url + path, { headers: { cookie: person.cookie } })).text();

it('leads a co-host whose answer got lost to the session, and nobody else (S-8, S-25)', async () => {
  const screen = owner.open(code, 'host');
  await screen.until('the host is in', () => true);
  const link = await screen.invite();
  screen.close();
  const [ben, eve] = [await signedUp('ben'), await signedUp('eve')];

  expect(await ben.post(link, {})).toBe(`/host/${code}`);
  expect(await ben.post(link, {})).toBe(`/host/${code}`);
  expect(await read(ben, link)).toContain(`href="/host/${code}"`);
  await expect(eve.post(link, {})).rejects.toThrow('400');
  expect(await read(eve, link)).toContain('This link was used already');
});

it('keeps a plan that the session does not have as a plan of the host’s own (S-24, S-34)', async () => {
  const keep = (plan: string) =>
    fetch(`${server.url}/host/${code}?/keepPlan`, {
      method: 'POST',
      headers: { origin: server.url, cookie: owner.cookie, accept: 'text/html' },
      body: new URLSearchParams({ requestId: randomUUID(), plan }),
    });
  const draft = [{ ...newActivity('discussion', randomUUID()), title: 'Only in my draft' }];
  for (const unfit of ['', '[', '[{}]', '7']) {
    const { status } = await keep(unfit);
    expect(status, unfit).toBeGreaterThanOrEqual(400);
    expect(status, unfit).toBeLessThan(500);
  }
  expect((await keep(JSON.stringify(draft))).status).toBe(200);
  const [, id] = /\/host\/plans\/([0-9a-f-]{36})/.exec(await read(owner, '/host/plans'))!;
  expect(await read(owner, `/host/plans/${id}`)).toContain('Only in my draft');
});
