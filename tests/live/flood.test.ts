/** A program takes seats of the built server by its own join form; people get in past the guarded door. */
import { expect, it } from 'vitest';
import { removeFolder, startServer, temporaryFolder } from '../../scripts/lib/server.mjs';
import { seated } from '../../src/lib/live/session.ts';
import { pause, Person } from '../support/person.ts';

it('guards the door while seats are taken by HTTP alone, and lets in who sees the screen (I-11, I-12, I-13, I-14)', async () => {
  const data = await temporaryFolder();
  const server = await startServer({ data });
  try {
    const host = new Person(server.url);
    const code = await host.createSession(await server.setupPath());
    const screen = host.open(code, 'host');
    const ada = new Person(server.url);
    await ada.join(code, 'Ada');
    const page = ada.open(code, 'participant');
    await page.until('Ada is in', () => true);

    for (let seat = 0; seat < 60; seat++) await new Person(server.url).join(code, `Bot ${seat}`);
    const { door } = await screen.until(
      'the door is guarded',
      (state) => state.door.state === 'guarded',
    );
    expect(door).toMatchObject({ because: 'flood' });

    await expect(new Person(server.url).join(code, 'Bot 60')).rejects.toThrow('403');
    await expect(
      new Person(server.url).join(code, 'Bot 61', undefined, ['circle', 'star']),
    ).rejects.toThrow('403');
    for (; !screen.sign; await pause(50));
    const grace = new Person(server.url);
    expect(await grace.join(code, 'Grace', undefined, screen.sign.shapes)).toBe(`/live/${code}`);
    const hers = grace.open(code, 'participant');
    await hers.until('Grace is in', () => true);

    // A seat counts as silent after a while; the last ones were taken a moment ago.
    let closed = 0;
    for (; closed < 60; await pause(500)) closed += await screen.sweep();
    expect(closed).toBe(60);
    const left = await page.until('the seats are gone', (state) => seated(state).length === 2);
    expect(seated(left).map(({ nickname }) => nickname)).toEqual(['Ada', 'Grace']);
    for (const one of [screen, page, hers]) one.close();
  } finally {
    await server.stop();
    await removeFolder(data);
  }
}, 240_000);
