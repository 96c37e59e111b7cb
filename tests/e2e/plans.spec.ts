/** Plans before the class and people who help in it, as an instructor and a second account see them. */
import type { Page } from '@playwright/test';
import { expectNoViolations } from './support/accessible.ts';
import { createSession } from './support/classroom.ts';
import { expect, test } from './support/test.ts';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const names = (page: Page) =>
  page.getByRole('list', { name: 'Activities' }).locator('.name').allInnerTexts();

/** Presses a button by its name without a pointer. */
async function press(page: Page, name: string): Promise<void> {
  await button(page, name).focus();
  await page.keyboard.press('Enter');
}

test('an instructor makes a plan by keyboard, loses nothing on the way, and teaches with it (S-23, S-24)', async ({
  instructor: host,
}) => {
  await host.setViewportSize({ width: 390, height: 844 });
  await host.goto('/host/plans');
  await press(host, 'New plan');
  await host.waitForURL(/\/host\/plans\/[0-9a-f-]{36}$/);
  await host.getByLabel('Title of the plan').fill('Monday');

  // Each new activity opens at its title, ready to be typed over.
  for (const [kind, title] of [
    ['Poll', 'Warm-up'],
    ['Sweep', 'Grid'],
    ['Discussion', 'Talk'],
  ] as const) {
    await press(host, kind);
    await expect(host.getByLabel('Title', { exact: true })).toBeFocused();
    await host.keyboard.press('ControlOrMeta+A');
    await host.keyboard.type(title);
  }
  await press(host, 'Move Talk up');
  await expect(button(host, 'Move Talk up')).toBeFocused();
  await expect(
    host.getByRole('status').filter({ hasText: 'Talk is number 2 of 3' }),
  ).toBeAttached();
  expect(await names(host)).toEqual(['Warm-up', 'Talk', 'Grid']);

  // A fault stands at its field and in the list, and holds the saving.
  await button(host, '3 Grid Sweep').click();
  await expect(host.getByText('9 cells, 3 × 3')).toBeVisible();
  const ranks = host.getByLabel('Rank values');
  await ranks.fill('1, 0');
  await expect(ranks).toHaveAccessibleDescription(/Value 2: At least 1\./);
  await expect(host.getByText('1 fault stands in the way of saving this plan.')).toBeVisible();
  await expect(button(host, 'Save plan')).toBeDisabled();
  await expectNoViolations(host);
  await ranks.fill('1, 2, 8, 16');
  await expect(host.getByText('12 cells, 4 × 3')).toBeVisible();

  await press(host, 'Delete Warm-up');
  await expect(button(host, 'Undo')).toBeFocused();
  await host.keyboard.press('Enter');
  expect(await names(host)).toEqual(['Warm-up', 'Talk', 'Grid']);

  // Not saved yet, and a reload keeps it all.
  await host.reload();
  await expect(host.getByText('These are the changes that you had not saved')).toBeVisible();
  await expect(host.getByLabel('Title of the plan')).toHaveValue('Monday');
  expect(await names(host)).toEqual(['Warm-up', 'Talk', 'Grid']);
  await press(host, 'Save plan');
  await expect(host.getByText('Saved.', { exact: true })).toBeVisible();
  await host.reload();
  await expect(host.getByLabel('Title of the plan')).toHaveValue('Monday');
  await expect(host.getByText('These are the changes')).toHaveCount(0);

  // A window that was open meanwhile does not write over it.
  const other = await host.context().newPage();
  await other.goto(host.url());
  await host.getByLabel('Title of the plan').fill('Monday class');
  await button(host, 'Save plan').click();
  await expect(host.getByText('Saved.', { exact: true })).toBeVisible();
  await other.getByLabel('Title of the plan').fill('Tuesday class');
  await button(other, 'Save plan').click();
  await button(other, 'Keep mine as a copy').click();
  await expect(other).not.toHaveURL(host.url());
  await expect(other.getByLabel('Title of the plan')).toHaveValue('Tuesday class');
  await other.close();

  await host.goto('/host/plans');
  const plans = host.getByRole('list', { name: 'Your plans' });
  // The instructor may have plans of other tests; the newest stand first.
  const newest = (count: number) =>
    expect.poll(async () => (await plans.getByRole('heading').allInnerTexts()).slice(0, count));
  await newest(2).toEqual(['Tuesday class', 'Monday class']);
  await press(host, 'Delete Tuesday class');
  await expect(button(host, 'Delete it')).toBeFocused();
  await host.keyboard.press('Enter');
  await newest(1).toEqual(['Monday class']);
  await expect(plans.getByRole('heading', { name: 'Tuesday class' })).toHaveCount(0);
  await button(host, 'Copy Lesson 04 in 75 minutes to your plans').click();
  await newest(2).toEqual(['Lesson 04 in 75 minutes', 'Monday class']);

  await host.goto('/host');
  await host.getByLabel('Plan', { exact: true }).selectOption('Monday class');
  await button(host, 'Create session').click();
  await host.waitForURL(/\/host\/[0-9A-Z]{6}$/);
  await expect(host.getByRole('heading', { level: 1 })).toHaveText('Monday class');
});

test('a second account comes in by a link on a phone, once (S-25)', async ({
  instructor: host,
  person,
}) => {
  const code = await createSession(host);
  await host.getByText(/^Hosts: ada/).click();
  await button(host, 'Invite a co-host').click();
  const link = host.getByText(/\/cohost\//);
  await expect(link).toBeVisible();
  const path = new URL(await link.innerText()).pathname;

  const helper = await person('Mary');
  await helper.setViewportSize({ width: 390, height: 844 });
  await helper.goto(path);
  await expect(helper.getByText('asks you to help to host')).toBeVisible();
  await expectNoViolations(helper);
  await helper.getByRole('link', { name: 'Create an account' }).click();
  await helper.getByLabel(/^user ?name/i).fill('mary');
  await helper.getByLabel('Password').fill('a long password');
  await helper.getByRole('main').getByRole('button').click();
  await helper.waitForURL(`**${path}`);
  await expectNoViolations(helper);
  await button(helper, 'Help to host').click();
  await helper.waitForURL(`**/host/${code}`);
  await expect(helper.getByText(code).first()).toBeVisible();

  await helper.goto('/host');
  await expect(helper.getByRole('main').getByRole('listitem')).toContainText('hosted by ada');
  await expect(button(helper, 'Create session')).toHaveCount(0);

  const late = await person('Mallory');
  await late.goto(path);
  await expect(late.getByText('This link was used already')).toBeVisible();
  await expectNoViolations(late);
});
