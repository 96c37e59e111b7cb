/** How people come in: a name from the generator, the guarded door, the check of a device, an account afterwards. */
import type { Page } from '@playwright/test';
import { expectAccessible } from './support/accessible.ts';
import { createSession, join } from './support/classroom.ts';
import { expect, test } from './support/test.ts';

const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: true });

test('a person without an idea takes a suggested name, or another (I-8)', async ({
  instructor: host,
  person,
}) => {
  const code = await createSession(host);
  const page = await person('Nameless');
  await page.goto(`/join/${code}`);
  const first = (await button(page, /^Use /).innerText()).replace('Use ', '');
  await button(page, 'Another').click();
  await expect(button(page, /^Use /)).not.toHaveText(`Use ${first}`);
  const name = (await button(page, /^Use /).innerText()).replace('Use ', '');
  await button(page, /^Use /).click();
  await expect(page.getByRole('textbox', { name: 'Nickname', exact: true })).toHaveValue(name);
  await button(page, 'Join').click();
  await page.waitForURL(`**/live/${code}`);
  await expect(host.getByText(name).first()).toBeVisible();
});

test('a blocked student meets a guarded door in a private window; who sees the screen gets in by keyboard (I-10, I-11, I-12)', async ({
  instructor: host,
  person,
}) => {
  const code = await createSession(host);
  const [ann, mallory] = [await person('Ann'), await person('Mallory')];
  await join(ann, code, 'Ann');
  await join(mallory, code, 'Mallory');
  const early = await person('Grace');
  await early.goto(`/join/${code}`);

  await host.getByRole('button', { name: /^Mallory, / }).click();
  await host.getByText('Rename or remove Mallory').click();
  await button(host, 'Block Mallory').click();
  await expect(
    mallory.getByText('Your instructor has closed your seat in this session.'),
  ).toBeVisible();
  await mallory.goto(`/join/${code}`);
  await expect(button(mallory, 'Join')).toHaveCount(0);
  await expect(host.getByRole('switch', { name: 'Guard the door', exact: true })).toBeChecked();
  await expectAccessible(host);

  const screen = await host.context().newPage();
  await screen.goto(`/host/${code}/screen`);
  const sign = screen.getByRole('list', { name: 'Sign to pick, in this order', exact: true });
  await expect(sign.getByRole('listitem')).toHaveCount(3);
  await expectAccessible(screen);

  // Opened before the door was guarded: the answer says what is asked for now.
  await early.getByRole('textbox', { name: 'Nickname', exact: true }).fill('Grace');
  await button(early, 'Join').click();
  await expect(early.getByText(/^Pick the 3 shapes|! Pick the 3 shapes/)).toBeVisible();
  await expectAccessible(early);
  await expect(early.getByRole('textbox', { name: 'Nickname', exact: true })).toHaveValue('Grace');

  const shapes = (await sign.getByRole('listitem').allInnerTexts()).map((text) => text.trim());
  for (const [place, group] of ['First shape', 'Second shape', 'Third shape'].entries()) {
    const radio = early
      .getByRole('radiogroup', { name: group, exact: true })
      .getByRole('radio', { name: shapes[place], exact: true });
    await radio.focus();
    await early.keyboard.press('Space');
    await expect(radio).toBeChecked();
  }
  await early.keyboard.press('Enter');
  await early.waitForURL(`**/live/${code}`);
  await expect(ann.getByText('Ann, one of 2 students.')).toBeVisible();

  await host.getByRole('switch', { name: 'Guard the door', exact: true }).click();
  await expect(sign).toHaveCount(0);
  await join(await person('Hal'), code, 'Hal');
});

test('a device is checked against the server, and the report says what the page says (I-15, I-16)', async ({
  person,
}) => {
  const page = await person('Visitor');
  await page.goto('/join');
  await page.getByRole('link', { name: 'Check this device', exact: true }).click();
  await expect(page.getByText(/^\S? ?This device (is ready|can take part)/)).toBeVisible({
    timeout: 90_000,
  });
  const checks = page.getByRole('list', { name: 'Checks', exact: true }).getByRole('listitem');
  await expect(checks).toHaveCount(9);
  for (const name of ['WebSocket', 'Polling', 'Secure context', 'WebAssembly', 'Storage'])
    await expect(checks.filter({ hasText: `${name} good` })).toHaveCount(1);
  await expect(checks.filter({ hasText: 'Training step' })).toContainText(
    /a run of \d+ steps takes/,
  );
  await expectAccessible(page);

  await button(page, 'Copy report').click();
  await expect(page.getByText(/^Copied\.$|copy it by hand/)).toBeVisible();
  await page.getByText('The report as text').click({ trial: true });
  const report = await page.getByLabel('Report', { exact: true }).inputValue();
  expect(report).toContain('[good] Polling: Answered in');
  expect(report.split('\n').filter((line) => line.startsWith('['))).toHaveLength(9);
});

test('a network without WebSockets is a limit, and the check says so (I-15)', async ({
  person,
}) => {
  const page = await person('Visitor');
  await page.routeWebSocket(/socket\.io/, (socket) => socket.close());
  await page.goto('/check');
  await expect(page.getByText(/This device can take part, with limits: WebSocket/)).toBeVisible({
    timeout: 90_000,
  });
});

test('a guest who makes an account keeps the seat and finds the session there (I-17, I-18)', async ({
  instructor: host,
  person,
}) => {
  const code = await createSession(host);
  const page = await person('Ivy');
  await join(page, code, 'Ivy');
  await page.getByRole('link', { name: 'create an account', exact: true }).click();
  await expect(page.getByRole('checkbox', { name: /^Ivy in .* is not me$/ })).not.toBeChecked();
  await expectAccessible(page);
  await page.getByLabel(/^user ?name/i).fill('ivy');
  await page.getByLabel('Password').fill('correct horse battery staple');
  await button(page, 'Create account').click();
  await page.waitForURL(`**/live/${code}`);
  await expect(page.getByText(/^Ivy, one of 1 student/)).toBeVisible();

  await page.goto('/account');
  const row = page.getByRole('table').getByRole('row').filter({ hasText: 'Ivy' });
  await expect(row).toContainText('nothing verified yet');
  await expectAccessible(page);

  // Signed in elsewhere, the list is the same.
  const other = await person('Ivy at home');
  await other.goto('/login');
  await other.getByLabel(/^user ?name/i).fill('ivy');
  await other.getByLabel('Password').fill('correct horse battery staple');
  await button(other, 'Sign in').click();
  await other.waitForURL('**/account');
  await expect(other.getByRole('row').filter({ hasText: 'Ivy' })).toBeVisible();
});

test('a seat of somebody else on a shared computer is left alone (I-17)', async ({
  instructor: host,
  person,
}) => {
  const code = await createSession(host);
  const page = await person('Shared');
  await join(page, code, 'Jack');
  await page.goto('/signup');
  await page.getByRole('checkbox', { name: /^Jack in .* is not me$/ }).check();
  await page.getByLabel(/^user ?name/i).fill('kim');
  await page.getByLabel('Password').fill('correct horse battery staple');
  await button(page, 'Create account').click();
  await page.waitForURL('**/account');
  await expect(page.getByText('None yet.')).toBeVisible();
});
