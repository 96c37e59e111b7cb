/** A student reads a written lesson: predicts, checks, takes a note, finds their way. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { root } from '../../scripts/lib/paths.mjs';
import { keysOf } from './support/browser-database.ts';
import { expect, test } from './support/test.ts';

const FOLDER = join(root, 'src/lib/content/lessons');
const [file = ''] = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));
const source = readFileSync(join(FOLDER, file), 'utf8');
const slug = file.replace(/\.md$/, '');
const path = `/courses/advanced-nlp/${slug}`;
const sections = [...source.matchAll(/^## (.+?)\s*\{#([a-z0-9-]+)\}$/gm)].map(([, title, id]) => ({
  title: title!,
  id: id!,
}));

const outline = (page: Page) => page.getByRole('navigation', { name: 'On this page' });
const link = (page: Page, index: number) => outline(page).getByRole('link').nth(index);

/** @returns what lets the page's scripts arrive */
async function holdScripts(page: Page): Promise<() => void> {
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(/\/_app\/.*\.js$/, async (route) => {
    await arrived;
    await route.continue();
  });
  return arrive;
}

test('the page shows the lesson, and the outline follows the reader (A-1, A-7)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(path);
  await expect(page.getByText(/^\d\d \/ 11$/)).toBeVisible();
  await expect(page.getByRole('heading', { level: 2, name: 'References' })).toBeVisible();
  const progress = page.getByRole('progressbar', { name: 'Sections read' });
  await expect(progress).toHaveAttribute('aria-valuemax', String(sections.length));

  await link(page, 2).click();
  await expect(page).toHaveURL(new RegExp(`#${sections[2]!.id}$`));
  await expect(link(page, 2)).toHaveAttribute('aria-current', 'location');
  await expect(link(page, 0)).not.toHaveAttribute('aria-current');

  // What is skipped is not read; what was seen to its end is, and stays so.
  await page.locator(`[data-end="${sections[2]!.id}"]`).scrollIntoViewIfNeeded();
  await expect(link(page, 2)).toHaveAccessibleName(/, read$/);
  await expect(link(page, 0)).not.toHaveAccessibleName(/, read$/);
  await page.goto('/courses/advanced-nlp');
  await expect(page.getByText(`of ${sections.length} sections read`)).toBeVisible();
});

test('what is typed and opened before the scripts ran stays so (A-16)', async ({ person }) => {
  const page = await person('Reader');
  const arriveInLesson = await holdScripts(page);
  await page.goto(path, { waitUntil: 'commit' });
  await page.getByText('Add a note').first().click();
  await expect(page.getByRole('textbox', { name: /^Your note on/ })).toHaveCount(0);
  const prediction = page.getByRole('group', { name: 'Prediction' }).first();
  await prediction.getByRole('radio').first().check();
  await expect(prediction.getByRole('button', { name: 'Predict' })).toBeDisabled();
  arriveInLesson();
  await prediction.getByRole('button', { name: 'Predict' }).click();
  await expect(prediction.getByText('Observe')).toBeVisible();
  await page.getByRole('textbox', { name: /^Your note on/ }).fill('early');

  const lab = await person('Student');
  const arriveInLab = await holdScripts(lab);
  await lab.goto('/lab', { waitUntil: 'commit' });
  const int4 = lab.getByText('int4', { exact: true });
  await int4.click({ force: true });
  await expect(lab.locator('input[value="int4"]')).not.toBeChecked();
  arriveInLab();
  await int4.click();
  await expect(lab.getByRole('radio', { name: 'int4' })).toBeChecked();
  await expect(lab).toHaveURL(/quantisation=int4/);

  const account = await person('Newcomer');
  const arrive = await holdScripts(account);
  await account.goto('/signup', { waitUntil: 'commit' });
  await account.getByLabel('User name').fill('early');
  await account.getByLabel('Password').fill('a long password');
  arrive();
  await account.waitForLoadState('networkidle');
  await expect(account.getByLabel('User name')).toHaveValue('early');
  await expect(account.getByLabel('Password')).toHaveValue('a long password');
});

test('a part that still sleeps answers the first touch (A-18)', async ({ person }) => {
  const page = await person('Reader');
  await page.addInitScript(() => Object.assign(window, { requestIdleCallback: () => 0 }));
  await page.goto(path);
  const question = page.getByRole('group', { name: 'Prediction' }).first();
  await question.getByRole('radio').first().check();
  await question.getByRole('button', { name: 'Predict', exact: true }).click();
  await expect(question.getByText('Observe')).toBeVisible();
  await page.getByText('Add a note').first().press('Enter');
  await page.getByRole('textbox', { name: /^Your note on/ }).fill('awake');
  await expect(page.getByText('Kept on this device').first()).toBeVisible();

  await page.reload();
  await expect(page.getByText('Add a note').first()).toBeVisible();
  // The reader presses what is still closed, and it opens by itself before the press is done.
  await page.getByText('Add a note').first().click();
  await expect(page.getByRole('textbox', { name: /^Your note on/ })).toHaveValue('awake');
});

test('a reader who comes back is offered the place where they left (A-14)', async ({ person }) => {
  const page = await person('Reader');
  await page.goto(path);
  await expect(link(page, 0)).toBeVisible();
  await page.locator(`[data-section="${sections[3]!.id}"]`).scrollIntoViewIfNeeded();
  await page.evaluate((id) => document.getElementById(id)?.scrollIntoView(), sections[3]!.id);
  await expect(link(page, 3)).toHaveAttribute('aria-current', 'location');
  await expect.poll(() => keysOf(page, 'study')).toContain(`,position,${slug},`);

  await page.goto('/courses/advanced-nlp');
  await expect(page.getByText('Go on with')).toContainText(sections[3]!.title);
  await page.goto(path);
  const offer = page.getByRole('status').filter({ hasText: 'Last time you were at' });
  await offer.getByRole('link').click();
  await expect(page).toHaveURL(new RegExp(`#${sections[3]!.id}$`));
});

test('a check explains every answer once it is answered, and keeps it over a reload (A-11)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(path);
  const check = page.getByRole('group', { name: 'Check for understanding' }).first();
  await expect(check.locator('.explanation').first()).toBeHidden();
  await check.getByRole('button', { name: 'Check' }).click();
  await expect(check.getByRole('status')).toContainText('Choose');
  await check.getByRole('radio').or(check.getByRole('checkbox')).first().check();
  await check.getByRole('button', { name: 'Check' }).click();
  await expect(check.getByRole('status')).toHaveText(/^(Right|Not right)\./);
  for (const explanation of await check.locator('.explanation').all())
    await expect(explanation).toBeVisible();
  await expect(check.getByText('✓ right')).not.toHaveCount(0);

  await page.reload();
  await expect(check.getByRole('status')).toHaveText(/^(Right|Not right)\./);
  await check.getByRole('button', { name: 'Answer again' }).click();
  await expect(check.locator('.explanation').first()).toBeHidden();
});

test('a prediction comes before what it is about (A-11)', async ({ person }) => {
  const page = await person('Reader');
  await page.goto(path);
  const prediction = page.getByRole('group', { name: 'Prediction' }).first();
  await expect(prediction.getByText('Observe')).toBeHidden();
  await prediction.getByRole('radio').first().check();
  await prediction.getByRole('button', { name: 'Predict' }).click();
  await expect(prediction.getByText('Observe')).toBeVisible();
  await page.reload();
  await expect(prediction.getByText('Observe')).toBeVisible();
});

test('a note is kept over a reload, offline too, and leaves as Markdown (A-8, A-9)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(path);
  const [first] = sections;
  await page.getByText('Add a note').first().click();
  const note = page.getByRole('textbox', { name: /^Your note on/ }).first();
  await page.context().setOffline(true);
  await note.fill('- the *second* phase');
  await expect(page.getByText('Kept on this device.').first()).toBeVisible();
  await page.context().setOffline(false);
  await page.reload();
  await expect(note).toHaveValue('- the *second* phase');

  const arriving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export notes' }).click();
  const download = await arriving;
  expect(download.suggestedFilename()).toBe('rankroom-notes.md');
  const text = readFileSync(await download.path(), 'utf8');
  expect(text).toContain(`### ${first!.title}\n\n- the *second* phase`);
});

test('search finds sections and instruments by keyboard (A-12)', async ({ person }) => {
  const page = await person('Reader');
  await page.goto('/courses/advanced-nlp');
  const box = page.getByRole('searchbox', { name: 'Search the course' });
  await box.fill('explorer');
  const results = page.getByRole('list', { name: 'Results' }).getByRole('link');
  await expect(results).toHaveCount(2);
  await box.fill('zzzz');
  await expect(page.getByText('Nothing has all the words')).toBeVisible();
  const target = sections[1]!;
  await box.fill(target.title);
  await expect(results.first()).toContainText(target.title);
  await box.press('ArrowDown');
  await expect(results.first()).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`${slug}#${target.id}$`));
});

test('the text survives a turn to another lesson and back, and arrives once (A-15)', async ({
  person,
}) => {
  const page = await person('Reader');
  const response = await page.goto(path);
  const html = (await response?.text()) ?? '';
  expect(response?.headers()['content-encoding']).toBe('gzip');
  const paragraph = page.locator('article [data-run] > p').first();
  const text = await paragraph.innerText();
  expect(html.split(text.slice(0, 40)).length - 1).toBe(1);

  await page
    .getByRole('navigation', { name: 'Neighbouring lessons' })
    .getByRole('link')
    .last()
    .click();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page).not.toHaveURL(new RegExp(slug));
  await page.goBack();
  await expect(paragraph).toHaveText(text);
});

test('a concept leads to the lessons that share it; code can be copied (A-13, A-4)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(path);
  const code = page.locator('figure.code').first();
  await code.getByRole('button', { name: 'Copy' }).click();
  await expect(code.getByRole('button')).toHaveText(/Copied|Selected/);
  const concepts = page.getByRole('region', { name: 'Concepts' });
  await concepts.getByRole('link').first().click();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page).toHaveURL(/\/courses\/advanced-nlp\/(?!fine-tuning-and-peft)/);
});
