/** A run is never lost: not by a reload, not by a second tab, not by an engine that breaks down. */
import type { Page } from '@playwright/test';
import {
  chooseRecipe,
  createSession,
  join,
  startRound,
  submitButton,
  verifiedLeaderboard,
} from './support/classroom.ts';
import { checkpointedStep, keysOf } from './support/browser-database.ts';
import { expect, test } from './support/test.ts';

test.use({ evaluatesLittle: true });

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const finished = (page: Page) => page.getByText(/^Finished in/).first();
const LONG = { timeout: 150_000 };
/** Of a run that has to be met under way after two checkpoints, three seconds apart, on a fast machine as well. */
const STEPS = 400;

async function openLab(page: Page, query = ''): Promise<void> {
  await page.goto(`/lab${query}`);
  await expect(page.getByText('Trainable parameters')).toBeVisible();
}

/** Starts the recipe on screen and waits until some of it is on disk. */
async function trainAWhile(page: Page): Promise<string> {
  await button(page, 'Run').click();
  await expect.poll(() => checkpointedStep(page), LONG).toBeGreaterThan(0);
  const [id] = await keysOf(page, 'unfinished');
  return id ?? '';
}

test('a run in the lab goes on after a reload, and is listed with its recipe afterwards (K-3, K-7)', async ({
  person,
}) => {
  const page = await person('Visitor');
  await openLab(page, `?rank=2&steps=${STEPS}`);
  const id = await trainAWhile(page);
  const before = await checkpointedStep(page);
  await page.reload();

  await expect(page.getByText(/Resumed at step \d+/)).toBeVisible(LONG);
  const said = await page.getByText(/Resumed at step \d+/).innerText();
  expect(Number(/step (\d+)/.exec(said)?.[1])).toBeGreaterThanOrEqual(before ?? 0);
  await expect(finished(page)).toBeVisible(LONG);
  await expect.poll(() => keysOf(page, 'unfinished')).toEqual([]);
  expect(await keysOf(page, 'checkpoints')).toEqual([]);
  expect(await keysOf(page, 'runs')).toEqual([id]);

  await page.goto('/runs');
  const table = page.getByRole('table', { name: 'Runs' });
  await expect(table.getByRole('rowheader', { name: 'LoRA r=2' })).toBeVisible();
  await page.reload();
  await table.getByRole('link', { name: /^Open .* in the lab$/ }).click();
  await expect(page).toHaveURL(/\/lab\?.*rank=2/);
  await expect(page.getByRole('slider', { name: 'LoRA rank' })).toHaveValue('2');
  await page.goto('/runs');
  await table.getByRole('button', { name: /^Delete/ }).click();
  await expect(page.getByRole('link', { name: 'Open the lab' })).toBeVisible();
});

test('a run in a round goes on after a reload and is submitted under its own id (K-3, U-2)', async ({
  instructor: host,
  person,
}) => {
  const code = await createSession(host);
  const student = await person('Eve');
  await join(student, code, 'Eve');
  await startRound(host);
  await chooseRecipe(student, { method: 'LoRA', rank: 2, steps: STEPS });
  const id = await trainAWhile(student);
  await student.reload();
  await expect(student.getByText(/Resumed at step \d+/)).toBeVisible(LONG);
  await expect(submitButton(student)).toBeEnabled(LONG);
  const sent = student.waitForRequest((request) => request.method() === 'PUT');
  await submitButton(student).click();
  expect((await sent).url()).toContain(id);
  await verifiedLeaderboard(host, code, 1);
});

test('a run that was stopped does not go on by itself after a reload (K-3)', async ({ person }) => {
  const page = await person('Visitor');
  await openLab(page, '?rank=2&steps=2000');
  await trainAWhile(page);
  await button(page, 'Stop').click();
  await expect(page.getByText(/Stopped after \d+ steps?/).first()).toBeVisible(LONG);
  await page.reload();
  // It has ended with what it had.
  await expect(page.getByRole('button', { name: /^Download the artifact/ })).toBeVisible();
  expect(await keysOf(page, 'unfinished')).toEqual([]);
  await expect(button(page, 'Run')).toBeEnabled();
});

test('a second tab neither trains beside the first nor takes its run (K-6)', async ({ person }) => {
  const first = await person('Visitor');
  await openLab(first, '?rank=2&steps=2000');
  const id = await trainAWhile(first);

  const second = await first.context().newPage();
  await openLab(second);
  const notice = second.getByText('Another tab is training');
  await expect(notice).toBeVisible();
  await button(second, 'Run').click();
  await expect(second.getByText(/then press Run here/)).toBeVisible();
  await expect(button(second, 'Run')).toBeEnabled();
  expect(await keysOf(second, 'unfinished')).toEqual([id]);

  await button(first, 'Stop').click();
  await expect(first.getByText(/Stopped after \d+ steps?/).first()).toBeVisible(LONG);
  await button(second, 'Run').click();
  await expect(notice).toBeHidden();
  await expect(button(second, 'Stop')).toBeVisible();
});

test('a run whose worker is killed goes on from its checkpoint, and is given up with an offer after the second time (K-4)', async ({
  person,
}) => {
  const page = await person('Visitor');
  await page.addInitScript(() => {
    const made: Worker[] = [];
    const Original = window.Worker;
    window.Worker = class extends Original {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        made.push(this);
      }
    };
    Object.assign(window, { killEngine: () => made.at(-1)?.terminate() });
  });
  const kill = () =>
    page.evaluate(() => (window as unknown as { killEngine(): void }).killEngine());

  await openLab(page, `?rank=2&steps=${STEPS}`);
  const id = await trainAWhile(page);
  await kill();
  await expect(page.getByText(/WASM was lost at step \d+; going on with WASM/)).toBeVisible();
  await expect(page.getByText(/Resumed at step \d+/)).toBeVisible();
  // The words of the first engine stay until the second says its own: that it trains is seen by its checkpoint.
  const resumedAt = await checkpointedStep(page);
  await expect.poll(() => checkpointedStep(page), LONG).toBeGreaterThan(resumedAt ?? 0);

  await kill();
  await expect(page.getByText('An interrupted run')).toBeVisible();
  await button(page, 'Resume').click();
  await expect(finished(page)).toBeVisible(LONG);
  await expect.poll(() => keysOf(page, 'unfinished')).toEqual([]);
  expect(await keysOf(page, 'runs')).toEqual([id]);
});

test('a recipe travels in the address; what cannot be read is named (L-11)', async ({ person }) => {
  const page = await person('Visitor');
  await openLab(page);
  await chooseRecipe(page, { method: 'LoRA', rank: 3, quantisation: 'int4', steps: 77 });
  await expect(page).toHaveURL(/quantisation=int4/);
  await expect(page).toHaveURL(/steps=77/);
  const link = page.url();

  const other = await person('Other');
  await openLab(other, new URL(link).search);
  await expect(other.getByRole('slider', { name: 'LoRA rank' })).toHaveValue('3');
  await expect(other.getByRole('radio', { name: 'int4' })).toBeChecked();
  await expect(other.getByLabel('Steps', { exact: true })).toHaveValue('77');

  await openLab(other, '?rank=999&steps=20');
  await expect(other.getByRole('alert')).toContainText('rank=999 is not used');
  await expect(other.getByRole('slider', { name: 'LoRA rank' })).toHaveValue('8');
  await expect(other.getByLabel('Steps', { exact: true })).toHaveValue('20');
});
