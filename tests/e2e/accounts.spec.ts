/** An account carries what a reader did to another browser, gets a new password, and leaves with its owner. */
import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import type { Page } from '@playwright/test';
import { root } from '../../scripts/lib/paths.mjs';
import { expectAccessible } from './support/accessible.ts';
import { PASSWORD, sendSignIn, signIn, signUp } from './support/account.ts';
import { keysOf } from './support/browser-database.ts';
import { createSession, join } from './support/classroom.ts';
import { kept, note, path, slug, takeNote } from './support/reader.ts';
import { expect, INSTRUCTOR, test } from './support/test.ts';

test.use({ evaluatesLittle: true });

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
test('a guest reads, predicts, notes and trains, signs up and keeps all of it, here and in another browser (A-17, A-30, A-32)', async ({
  person,
}) => {
  const page = await person('Nia');
  await page.goto(path);
  await takeNote(page, '123');
  const prediction = page.getByRole('group', { name: 'Prediction' }).first();
  await prediction.getByRole('radio').first().check();
  await prediction.getByRole('button', { name: 'Predict' }).click();
  await page.locator('[data-end="two-phases"]').scrollIntoViewIfNeeded();
  const outline = page.getByRole('navigation', { name: 'On this page' });
  await expect(outline.getByRole('link', { name: /^Two phases.*, read$/ })).toBeVisible();
  await page.evaluate(() => document.getElementById('full')?.scrollIntoView());
  await expect.poll(() => keysOf(page, 'study')).toContain(`,position,${slug},`);

  await page.goto('/lab?rank=3&steps=20');
  await button(page, 'Run').click();
  await expect(page.getByText(/^Finished in/).first()).toBeVisible({ timeout: 90_000 });
  await expect
    .poll(async () => (await keysOf(page, 'study')).filter((key) => key.startsWith(',run,lab,')))
    .toHaveLength(1);
  await page.goto(path);

  await button(page, 'Create an account')
    .or(page.getByRole('link', { name: 'Create an account' }))
    .click();
  await expect(page.getByText(/\d+ records of reading, answers, notes and runs/)).toBeVisible();
  await expectAccessible(page);
  await signUp(page, 'nia');
  await expect(page).toHaveURL(path);
  await expect(kept(page)).toBeVisible();
  await expect(note(page)).toHaveValue('123');
  await expect(prediction.getByText('Observe')).toBeVisible();
  expect((await keysOf(page, 'study')).every((key) => !key.startsWith(','))).toBe(true);

  const other = await person('Nia at home');
  await signIn(other, 'nia');
  await other.goto('/courses/advanced-nlp');
  await expect(other.getByText('Go on with')).toBeVisible();
  await other.goto(path);
  await expect(note(other)).toHaveValue('123');
  await expect(
    other.getByRole('group', { name: 'Prediction' }).first().getByText('Observe'),
  ).toBeVisible();
  await expect(other.getByText('Last time you were at')).toBeVisible();
  await expect(
    other.getByRole('navigation', { name: 'On this page' }).getByRole('link', {
      name: /^Two phases.*, read$/,
    }),
  ).toBeVisible();
  await other.goto('/runs');
  const runs = other.getByRole('table', { name: 'Runs' });
  await expect(runs.getByRole('rowheader', { name: 'LoRA r=3' })).toBeVisible();
  await expect(runs.getByText('weights in the browser that trained them')).toBeVisible();
  await expectAccessible(other);
  await runs.getByRole('link', { name: /^Open .* in the lab$/ }).click();
  await expect(other.getByRole('slider', { name: 'LoRA rank' })).toHaveValue('3');
  await other.goto(path);
  await takeNote(other, '123, and more at home');
  await expect(kept(other)).toBeVisible();
  await page.reload();
  await expect(note(page)).toHaveValue('123, and more at home');
});

test('what an older version kept in this browser is a guest’s (A-9)', async ({ person }) => {
  const page = await person('Early reader');
  await page.goto('/privacy');
  await page.evaluate(
    (lesson) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('rankroom', 4);
        opening.onerror = () => reject(new Error(String(opening.error)));
        opening.onupgradeneeded = () => {
          const store = opening.result.createObjectStore('study', {
            keyPath: ['kind', 'lesson', 'section'],
          });
          const section = 'overview';
          store.put({ kind: 'note', lesson, section, value: 'from before', updatedAt: 1 });
        };
        opening.onsuccess = () => {
          opening.result.close();
          resolve();
        };
      }),
    slug,
  );
  await page.goto(path);
  await expect(note(page)).toHaveValue('from before');
  expect(await keysOf(page, 'study')).toContain(`,note,${slug},overview`);
});

test('two tabs of a lesson have one note, and lose none where one has heard of nothing (A-38)', async ({
  person,
}) => {
  const page = await person('Two tabs');
  await page.goto(path);
  const [other, frozen] = [await page.context().newPage(), await page.context().newPage()];
  // As if it had been frozen.
  await frozen.addInitScript(() => Reflect.deleteProperty(globalThis, 'BroadcastChannel'));
  for (const tab of [other, frozen]) await tab.goto(path);
  await frozen.getByText('Add a note').first().click();
  await takeNote(other, 'a long note');
  await expect(note(page)).toHaveValue('a long note');
  await note(frozen).pressSequentially('ab');
  await expect(note(frozen)).toHaveValue('ab\n\n---\n\na long note');
  await note(frozen).pressSequentially('c');
  for (const tab of [page, other, frozen]) {
    await tab.reload();
    await expect(note(tab)).toHaveValue('abc\n\n---\n\na long note');
  }
});

test('what is written offline is kept and sent later; the next person at the computer sees none of it (A-31, A-33)', async ({
  person,
}) => {
  const page = await person('Shared computer');
  await signUp(page, 'olu');
  await page.goto(path);
  await takeNote(page, 'first');
  await expect(kept(page)).toBeVisible();
  await page.context().setOffline(true);
  await takeNote(page, 'written offline');
  await expect(page.getByText(/your account gets it later/).first()).toBeVisible();
  await page.context().setOffline(false);
  await expect(kept(page)).toBeVisible();

  await page.goto('/account');
  await button(page, 'Sign out').click();
  await page.waitForURL('/');
  expect(await keysOf(page, 'study')).toEqual([]);
  await page.goto(path);
  await expect(page.getByText('Add a note').first()).toBeVisible();
  await takeNote(page, 'of a guest');
  await expect(page.getByText('Kept on this device.').first()).toBeVisible();

  // The guest's stay the guest's when they are said to be somebody else's.
  await page.goto('/signup');
  await page.getByRole('checkbox', { name: 'They are not mine' }).check();
  await signUp(page, 'pia');
  await page.goto(path);
  await expect(page.getByText('Add a note').first()).toBeVisible();
  expect((await keysOf(page, 'study')).some((key) => key.startsWith(',note,'))).toBe(true);
  // Nor does looking at the form again take them along.
  await page.goto('/login');
  await expect(page).toHaveURL(/\/account$/);
  await page.goto(path);
  await expect(kept(page).or(page.getByText('Add a note').first())).toBeVisible();
  expect((await keysOf(page, 'study')).some((key) => key.startsWith(',note,'))).toBe(true);
  await page.goto('/account');
  await button(page, 'Sign out').click();
  await page.waitForURL('/');
  await signIn(page, 'olu');
  await page.goto(path);
  await expect(note(page)).toHaveValue(/written offline/);
});

test('a forgotten password is set by an instructor’s link, which signs every browser out (I-20, I-21)', async ({
  instructor: host,
  person,
  server,
}) => {
  const page = await person('Vera');
  await signUp(page, 'vera');
  await host.goto('/host/people');
  const form = host.getByRole('region', { name: 'Password forgotten' });
  await form.getByLabel('User name').fill('vera');
  await button(host, 'Make reset link').click();
  const link = await host.getByLabel('Reset link').inputValue();
  const token = new URL(link).search;

  const other = await person('Vera without her password');
  await other.goto(`/reset${token}`);
  await expectAccessible(other);
  await other.getByLabel('New password').fill('another long password');
  await button(other, 'Set password and sign in').click();
  await other.waitForURL('**/account');
  await page.goto('/account');
  await expect(page).toHaveURL(/\/login/);
  await sendSignIn(page, 'vera');
  await expect(page.getByText('Username and password do not match an account.')).toBeVisible();
  await signIn(page, 'vera', 'another long password');
  await other.goto(`/reset${token}`);
  await expect(
    other.getByText('This link has been used, has expired, or is incomplete'),
  ).toBeVisible();

  // The operator makes one at the server, for an instructor too.
  const ask = (username: string) =>
    execFileSync('node', ['scripts/reset-link.mjs', username], {
      cwd: root,
      env: { ...process.env, RANKROOM_DATA: server.data },
      encoding: 'utf8',
      stdio: 'pipe',
    });
  expect(ask(INSTRUCTOR.username)).toContain('/reset?token=');
  expect(() => ask('nobody at all')).toThrow('No account has this user name.');
});

test('a password is changed with the old one, and other browsers are signed out (I-19)', async ({
  person,
}) => {
  const page = await person('Wes');
  await signUp(page, 'wes');
  const other = await person('Wes elsewhere');
  await signIn(other, 'wes');
  await page.goto('/account');
  await page.getByLabel('Current password').fill('not this one');
  await page.getByLabel('New password').fill('another long password');
  await button(page, 'Change password').click();
  await expect(page.getByText('This is not the password of the account.')).toBeVisible();
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByLabel('New password').fill('another long password');
  await button(page, 'Change password').click();
  await expect(page.getByText('The password is changed')).toBeVisible();
  await other.goto('/account');
  await expect(other).toHaveURL(/\/login/);
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible();
});

test('an account leaves with its data, and then leaves (I-22, I-23)', async ({
  instructor: host,
  person,
}) => {
  const code = await createSession(host);
  const page = await person('Xenia');
  await signUp(page, 'xenia');
  await join(page, code, 'Xenia Smith');
  await page.goto(path);
  await takeNote(page, 'to take away');
  await expect(kept(page)).toBeVisible();
  await page.goto('/account');
  const arriving = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export my data' }).click();
  const download = await arriving;
  expect(download.suggestedFilename()).toBe('rankroom-account.json');
  const document = JSON.parse(readFileSync(await download.path(), 'utf8')) as {
    account: { username: string };
    sessions: { nickname: string }[];
    notes: { value: string }[];
  };
  expect(document).toMatchObject({
    account: { username: 'xenia' },
    sessions: [{ nickname: 'Xenia Smith' }],
    notes: [{ value: 'to take away' }],
  });

  await page.getByText('Delete this account').click();
  await expectAccessible(page);
  await page.getByLabel('Your password').fill('not this one');
  await button(page, 'Delete account').click();
  await expect(page.getByText('This is not the password of the account.')).toBeVisible();
  await page.getByLabel('Your password').fill(PASSWORD);
  await button(page, 'Delete account').click();
  await page.waitForURL('/');
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
  expect(await keysOf(page, 'study')).toEqual([]);
  await host.goto(`/host/${code}`);
  await expect(host.getByText(/Former student/).first()).toBeVisible();
  await expect(host.getByText('Xenia Smith')).toHaveCount(0);
  await sendSignIn(page, 'xenia');
  await expect(page.getByText('Username and password do not match an account.')).toBeVisible();
});

test('an account whose sign-in has ended is not deleted, and keeps here what it has not sent (I-23, A-33)', async ({
  person,
}) => {
  const page = await person('Yara');
  await signUp(page, 'yara');
  await page.route('**/api/study**', (route) => route.abort());
  await page.goto(path);
  await takeNote(page, 'not sent yet');
  await page.goto('/account');
  await page.context().clearCookies();
  await page.getByText('Delete this account').click();
  await page.getByLabel('Your password').fill(PASSWORD);
  await button(page, 'Delete account').click();
  await page.waitForURL('**/login**');
  expect((await keysOf(page, 'study')).filter((key) => key.includes(',note,'))).toHaveLength(1);
  await page.unroute('**/api/study**');
  await signIn(page, 'yara');
  await page.goto(path);
  await expect(kept(page)).toBeVisible();
  await expect(note(page)).toHaveValue('not sent yet');
});
