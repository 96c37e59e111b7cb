/** A host tries a session with simulated students before the class. */
import { expectNoViolations } from './support/accessible.ts';
import {
  createSession,
  fetchLeaderboard,
  join,
  leaderboard,
  startRound,
} from './support/classroom.ts';
import { expect, test } from './support/test.ts';

const MARK = 'Rehearsal: simulated students';

test('a host rehearses a session with twenty simulated students and ends it without a trace (S-41 … S-45)', async ({
  instructor: host,
  person,
}) => {
  const original = await createSession(host);
  await host.getByRole('button', { name: 'Rehearse with 20 simulated students' }).click();
  const region = host.getByRole('region', { name: 'Rehearsal' });
  await expect(region).toContainText(MARK);
  await host.waitForURL((url) => !url.pathname.endsWith(original));
  const code = new URL(host.url()).pathname.split('/').at(-1) ?? '';

  const tiles = host.getByRole('list', { name: 'Students' }).getByRole('listitem');
  await expect(tiles.filter({ hasText: /Simulated \w+/ })).toHaveCount(20, { timeout: 60_000 });

  const phone = await person('Phone');
  await phone.setViewportSize({ width: 360, height: 740 });
  await join(phone, code, 'My phone');
  await expect(phone.getByText(MARK)).toBeVisible();
  const screen = await host.context().newPage();
  await screen.goto(`/host/${code}/screen`);
  await expect(screen.getByText(MARK)).toBeVisible();

  await startRound(host);
  await expect(
    leaderboard(host)
      .getByRole('row')
      .filter({ hasText: 'Simulated' })
      .filter({ hasText: 'verified' })
      .first(),
  ).toBeVisible({ timeout: 90_000 });
  expect(await fetchLeaderboard(host, code)).toMatchObject({ rehearsal: true });
  await expectNoViolations(host);
  // Scrolled to its end, the page is marked all the same.
  await host.keyboard.press('End');
  await expect(region).toBeInViewport();
  await phone.keyboard.press('End');
  await expect(phone.getByText(MARK)).toBeInViewport();

  await region.getByRole('button', { name: 'End rehearsal' }).click();
  await host.waitForURL(`**/host/${original}`);
  await expect(region).toHaveCount(0);
  await expect(phone.getByText('There is no session with this code any more.')).toBeVisible();
  expect((await host.request.get(`/api/sessions/${code}/leaderboard.json`)).status()).toBe(404);
  await host.goto('/leaderboards/definition-domain');
  await expect(host.getByText(/Simulated/)).toHaveCount(0);
  await host.goto('/host');
  await expect(host.getByText(code)).toHaveCount(0);
});
