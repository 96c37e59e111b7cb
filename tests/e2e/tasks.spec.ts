/** Tasks in the lab and in a round: those that ship, and a person's own data. */
import type { Page } from '@playwright/test';
import { createSession, chooseRecipe, join, startRound } from './support/classroom.ts';
import { expect, test } from './support/test.ts';

test.use({ evaluatesLittle: true });

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const task = (page: Page) => page.getByLabel('Task', { exact: true });
const dataFile = (page: Page) => page.getByLabel('CSV or JSONL file');
const csv = (name: string, text: string) => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(text),
});

async function openLab(page: Page, query = ''): Promise<void> {
  await page.goto(`/lab${query}`);
  await expect(page.getByText('Trainable parameters')).toBeVisible();
}

async function runToEnd(page: Page): Promise<void> {
  await button(page, 'Run').click();
  await expect(page.getByText(/Finished in/).first()).toBeVisible({ timeout: 120_000 });
}

const DRINKS = [
  'text,label',
  ...Array.from({ length: 30 }, (_, i) => `a hot drink made from leaves number ${i},tea`),
  ...Array.from(
    { length: 30 },
    (_, i) => `a dark drink made from roasted beans number ${i},coffee`,
  ),
].join('\n');

test('another shipped task is chosen, described, put in the address and trained on (L-14)', async ({
  person,
}) => {
  const page = await person('Visitor');
  await openLab(page);
  await task(page).selectOption('spam');
  await expect(page.getByText(/beginning of an e-mail/)).toBeVisible();
  await expect(page.getByText(/^Foreign text:/)).toBeVisible();
  await expect(page).toHaveURL(/task=spam/);
  await expect(page).toHaveURL(/length=64/);
  await chooseRecipe(page, { method: 'Head', steps: 40 });
  await runToEnd(page);
  const answers = page.getByRole('table').filter({ hasText: 'Untuned' });
  await expect(answers.getByText(/^(ham|spam)$/).first()).toBeVisible();
});

test('what is wrong with own data is said at the place, by row (D-9)', async ({ person }) => {
  const page = await person('Visitor');
  await openLab(page);
  await task(page).selectOption('Your own data…');
  await dataFile(page).setInputFiles(csv('drinks.csv', `${DRINKS}\n,tea\nhot, strong,tea\n`));
  const alert = page.getByRole('alert').filter({ hasText: 'drinks.csv was not taken' });
  await expect(alert.getByRole('listitem')).toHaveText([
    'Row 62: The text is empty.',
    /^Row 63: There are 3 fields where the first row has 2/,
  ]);
  await expect(dataFile(page)).toHaveAttribute('aria-invalid', 'true');

  await test.step('a corrected file takes its place', async () => {
    await dataFile(page).setInputFiles(csv('drinks.csv', DRINKS));
    await expect(alert).toBeHidden();
    await expect(page.getByText('48 to train on, 12 for validation.')).toBeVisible();
  });
});

test('own data is previewed, kept over a reload, trained on, and known by its link here alone (L-14)', async ({
  person,
}) => {
  const page = await person('Visitor');
  await openLab(page);
  await task(page).selectOption('Your own data…');
  await page.getByText('Paste it, or change the template').click();
  await page.getByLabel('Data', { exact: true }).fill(DRINKS);
  await button(page, 'Use this data').click();
  await expect(page.getByRole('table', { name: 'Texts a label' }).getByRole('row')).toHaveText([
    /coffee\s*30/,
    /tea\s*30/,
  ]);
  await expect(page).toHaveURL(/task=custom-[0-9a-f]{12}/);

  await page.reload();
  await expect(page.getByText('48 to train on, 12 for validation.')).toBeVisible();
  await chooseRecipe(page, { method: 'Head', steps: 40 });
  await runToEnd(page);
  const answers = page.getByRole('table').filter({ hasText: 'Untuned' });
  await expect(answers.getByText(/^(tea|coffee)$/).first()).toBeVisible();

  await test.step('the link says in another browser that the data is not there', async () => {
    const other = await person('Somebody else');
    await other.goto(new URL(page.url()).pathname + new URL(page.url()).search);
    await expect(other.getByRole('alert')).toContainText('is not in this browser');
    await expect(button(other, 'Run')).toBeDisabled();
    await task(other).selectOption('definition-domain');
    await expect(other.getByRole('alert')).toHaveCount(0);
    await expect(button(other, 'Run')).toBeEnabled();
  });

  await test.step('and it can be removed', async () => {
    await button(page, 'Remove this data').click();
    await expect(task(page)).toHaveValue('definition-domain');
    await expect(page.getByText('48 to train on')).toHaveCount(0);
  });
});

test('the host chooses the task of a round, and the student cannot change it (L-15)', async ({
  instructor,
  person,
}) => {
  const code = await createSession(instructor);
  const student = await person('Ada');
  await join(student, code, 'Ada');
  await instructor.getByText('Change the challenge').click();
  await task(instructor).selectOption('part-of-speech');
  await startRound(instructor);
  await expect(task(student)).toBeDisabled();
  await expect(task(student)).toHaveValue('part-of-speech');
  await expect(student.getByText('The challenge of this round fixes the task.')).toBeVisible();
  await expect(student.getByText('Your own data')).toHaveCount(0);
});

test('the board of all sessions leads to those of the other tasks', async ({ person }) => {
  const page = await person('Visitor');
  await page.goto('/leaderboards/definition-domain');
  const links = page.getByRole('navigation', { name: 'Leaderboards by task' });
  await links.getByRole('link', { name: 'part-of-speech' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('part-of-speech');
});
