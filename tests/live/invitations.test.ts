/** A co-host comes in by the built server's own form, and presses again when the answer got lost. */
import { expect, it } from 'vitest';
import { removeFolder, startServer, temporaryFolder } from '../../scripts/lib/server.mjs';
import { Person } from '../support/person.ts';

it('leads a co-host whose answer got lost to the session, and nobody else (S-8, S-25)', async () => {
  const data = await temporaryFolder();
  const server = await startServer({ data });
  const signedUp = async (username: string) => {
    const person = new Person(server.url);
    await person.post('/signup', { username, password: 'a long password' });
    return person;
  };
  const read = async (person: Person, path: string) =>
    (await fetch(server.url + path, { headers: { cookie: person.cookie } })).text();
  try {
    const owner = new Person(server.url);
    const code = await owner.createSession(await server.setupPath());
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
  } finally {
    await server.stop();
    await removeFolder(data);
  }
});
