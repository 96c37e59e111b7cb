/** FIG. 4.1 by pointer, by keys alone, by touch, from its address and from a phrase of the lesson (N-1–N-8). */
import type { Page } from '@playwright/test';
import { keysOf } from './support/browser-database.ts';
import { expectAccessible, expectFits } from './support/accessible.ts';
import { chooseRecipe } from './support/classroom.ts';
import { expect, test } from './support/test.ts';

test.use({ evaluatesLittle: true });

const PATH = '/tools/architecture-explorer';
const LESSON = '/courses/advanced-nlp/fine-tuning-and-peft';

const drawing = (page: Page, name: RegExp | string = /^The model/) =>
  page.getByRole('group', { name });
const summary = (page: Page) => page.locator('.explorer > .summary');
/** What a screen reader was told last. */
const spoken = (page: Page) => page.locator('.explorer > [role=status]');
const computed = (page: Page) =>
  expect(page.getByText('Computed here by the engine.')).toBeVisible({ timeout: 60_000 });
const textBox = (page: Page) => page.getByRole('textbox', { name: 'Your text' });

test('by pointer: from the model to a number of the text that was typed (N-1, N-2)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(PATH);
  await expect(drawing(page)).toBeVisible();
  await expect(summary(page)).toContainText('Overview of nano, 4 blocks. LoRA r=8 trains');
  await textBox(page).fill('the act of moving');
  await expect(page.getByRole('radio', { name: 'moving', exact: true })).toBeChecked();
  await computed(page);

  await drawing(page)
    .getByRole('button', { name: /^Block 2:/ })
    .click();
  const block = drawing(page, 'Block 2');
  await expect(block.getByRole('button')).toHaveCount(10);
  await block.getByRole('button', { name: /^The query matrix q: 128 × 128 frozen/ }).click();
  const matrix = page.getByRole('application', { name: /query matrix q of block 2, 128 rows/ });
  await matrix.click({ position: { x: 40, y: 20 } });
  await page.getByRole('button', { name: 'Open this number' }).click();
  await expect(page.getByText(/^y\[\d+\], the sum of 128 such products/)).toBeVisible();
  await expect(page.getByText(/what it reads of “moving”/).first()).toBeVisible();
  await page.getByRole('navigation', { name: 'Place in the model' }).getByText('Overview').click();
  await expect(drawing(page)).toBeVisible();
});

test('the method decides what is trained, and the base what it is drawn from (N-3)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(PATH);
  const method = page.getByRole('combobox', { name: 'Method' });
  await method.selectOption('Full');
  await expect(summary(page)).toContainText('in every block');
  await expect(
    drawing(page).getByRole('button', { name: 'Block 0: 9 tensors trained' }),
  ).toBeVisible();
  await method.selectOption('Head only');
  await expect(summary(page)).toContainText('Head only trains 1,536 of');
  await method.selectOption('P-Tuning v2');
  await expect(summary(page)).toContainText('in front of the keys and values of every block');
  await page.getByRole('combobox', { name: 'Frozen weights stored as' }).selectOption('NF4');
  await expect(page.getByRole('cell', { name: 'quantised, NF4' }).first()).toBeVisible();
  await page.getByRole('combobox', { name: 'Base model' }).selectOption('small');
  await expect(drawing(page, 'The model small')).toBeVisible();
});

test('by keys alone: down to a number and up again, each step told (N-7)', async ({ person }) => {
  const page = await person('Reader');
  await page.goto(PATH);
  await expect(drawing(page)).toBeVisible();
  await computed(page);
  const first = drawing(page).getByRole('button', { name: /^Block 0/ });
  await first.focus();
  await page.keyboard.press('ArrowRight');
  await expect(drawing(page).getByRole('button', { name: /^Block 1/ })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(spoken(page)).toContainText('Block 1 of nano under LoRA r=8');
  await expect(drawing(page, 'Block 1').locator('button:focus')).toHaveCount(1);
  for (let moves = 0; moves < 12; moves++) {
    const name = await page.locator('button:focus').getAttribute('aria-label');
    if (name?.startsWith('The value matrix v')) break;
    await page.keyboard.press('ArrowRight');
  }
  await page.keyboard.press('Enter');
  const matrix = page.getByRole('application', { name: /value matrix v of block 1/ });
  await expect(spoken(page)).toContainText('The value matrix v of block 1: 128 × 128 frozen');
  await expect(matrix).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(spoken(page)).toContainText(/128 × 128 frozen.*Row 1, column 0: −?\d/);
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(spoken(page)).toContainText(/row 1, column 127: −?\d/);
  await expect(matrix).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(
    drawing(page, 'Block 1').getByRole('button', { name: /^The value matrix v/ }),
  ).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(drawing(page).getByRole('button', { name: /^Block 1/ })).toBeFocused();
});

test('the focus goes from the wait for numbers to them, and Escape leads up from parts without any (N-7)', async ({
  person,
}) => {
  const page = await person('Reader');
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.context().route('**/model.safetensors', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${PATH}?level=block&layer=1`);
  const block = drawing(page, 'Block 1');
  await block.getByRole('button', { name: /^The query matrix q/ }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('The numbers are on their way.')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(block.getByRole('button', { name: /^The query matrix q/ })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText('The numbers are on their way.')).toBeFocused();
  release();
  await expect(page.getByRole('application', { name: /query matrix q/ })).toBeFocused({
    timeout: 60_000,
  });

  await page.goto(`${PATH}?level=matrix&matrix=head`);
  await page.getByText('These weights do not exist before training').focus();
  await page.keyboard.press('Escape');
  await expect(drawing(page)).toBeVisible();
});

test('by touch on a phone, nothing wider than the screen (N-7)', async ({ browser, server }) => {
  const context = await browser.newContext({
    baseURL: server.url,
    hasTouch: true,
    isMobile: true,
    viewport: { width: 360, height: 740 },
  });
  const page = await context.newPage();
  await page.goto(PATH);
  await drawing(page)
    .getByRole('button', { name: /^Block 3/ })
    .tap();
  await drawing(page, 'Block 3').getByRole('button', { name: 'Attention of your text' }).tap();
  const matrix = page.getByRole('application', { name: /^Attention of block 3, 8 rows/ });
  await matrix.tap({ position: { x: 12, y: 40 } });
  await page.getByRole('button', { name: 'Open this number' }).tap();
  await expect(summary(page)).toContainText(
    /Attention of block 3, head 0, row \d, column 0: 0\.\d/,
  );
  await expectFits(page);
  await context.close();
});

test('its address shows the same in another browser, and says what it cannot read (N-6)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(`${PATH}?level=number&layer=1&matrix=down_proj&cell=3,300&rank=2&alpha=4`);
  await textBox(page).fill('a small bird');
  await computed(page);
  await expect(page).toHaveURL(/text=a\+small\+bird/);
  await expect(summary(page)).toContainText(/row 3, column 300: −?\d/);
  const told = await summary(page).innerText();

  const fresh = await person('Neighbour');
  await fresh.goto(page.url());
  await expect(summary(fresh)).toHaveText(told);
  await expect(textBox(fresh)).toHaveValue('a small bird');
  await expect(fresh.getByRole('slider', { name: 'LoRA rank' })).toHaveValue('2');

  await fresh.goto(`${PATH}?level=cellar&layer=99`);
  await expect(fresh.getByText('level=cellar is not used.')).toBeVisible();
  await expect(drawing(fresh)).toBeVisible();
  await expect(fresh.getByText('layer=99 is not used: the model has 4 blocks.')).toBeVisible();
  await fresh.goto(`${PATH}?level=matrix&cell=3,999&token=70`);
  await expect(fresh.getByText('token=70 is not used: the text has 8 tokens.')).toBeVisible();
  await expect(fresh.getByText('cell=3,999 is not used: the matrix has 128 rows')).toBeVisible({
    timeout: 60_000,
  });
});

test('random weights are those of the recipe, and the text before is said to be still there (N-2)', async ({
  person,
}) => {
  const page = await person('Reader');
  const told = async (query: string) => {
    await page.goto(`${PATH}?level=number&matrix=q_proj&cell=3,5${query}`);
    await expect(summary(page)).toContainText(/row 3, column 5: −?\d/, { timeout: 60_000 });
    return summary(page).innerText();
  };
  const shipped = await told('');
  const first = await told('&weights=random&seed=1');
  expect(first).not.toBe(shipped);
  expect(await told('&weights=random&seed=2')).not.toBe(first);
  await computed(page);
  await expect(page.getByText(/the sum of 128 such products/)).toBeVisible();
  // What is typed is read once its writer pauses.
  await textBox(page).pressSequentially(' by day', { delay: 60 });
  await expect(page.getByText('Still of “a large wild cat with stripes”.')).toBeVisible();
  await expect(page.getByText(/the sum of 128 such products/)).toHaveCount(0);
  await expect(page.getByText('Still of')).toHaveCount(0);
  await expect(page.getByText(/the sum of 128 such products/)).toBeVisible();
});

test('before the weights are here it shows a recorded run and says so (N-5)', async ({
  person,
}) => {
  const page = await person('Reader');
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.context().route('**/model.safetensors', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${PATH}?level=matrix&matrix=attention`);
  await expect(page.getByText('A recorded run of “a large wild cat with stripes”')).toBeVisible();
  await expect(
    page.getByRole('application', { name: /^Attention of block 0, 8 rows/ }),
  ).toBeVisible();
  release();
  await computed(page);
});

test('after a run of the reader’s own it shows how far each matrix moved (N-4)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto('/lab');
  await chooseRecipe(page, { method: 'LoRA', rank: 4, steps: 5 });
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  // It is kept once it has ended.
  await expect.poll(() => keysOf(page, 'runs'), { timeout: 120_000 }).toHaveLength(1);
  await page.goto(PATH);
  await page.getByRole('combobox', { name: 'After a run of yours' }).selectOption({ index: 1 });
  await expect(page.getByRole('columnheader', { name: /‖ΔW‖/ })).toBeVisible({ timeout: 30_000 });
  const row = page.getByRole('row', { name: /layers\.0\.self_attn\.q_proj\.weight/ });
  await expect(row).toContainText(/0\.\d+ \(/);
  await expect(page.getByRole('row', { name: /embed_tokens/ })).toContainText('0.00 (0.0 %)');
});

test('a phrase of the lesson, focused by keyboard, sets it and is heard (N-8)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(LESSON);
  const prediction = page
    .getByRole('group', { name: 'Prediction' })
    .filter({ hasText: 'order the embedding table' });
  await prediction.getByRole('radio').first().check();
  await prediction.getByRole('button', { name: 'Predict' }).click();
  await expect(drawing(page)).toBeVisible({ timeout: 60_000 });
  const phrase = prediction.getByRole('button', { name: 'A block', exact: true });
  await phrase.focus();
  await expect(drawing(page, 'Block 0')).toBeVisible();
  await expect(spoken(page)).toContainText('Block 0 of nano under LoRA r=8');
  await page.keyboard.press('Tab');
  await expect(prediction.getByRole('button', { name: 'Full fine-tuning' })).toBeFocused();
  await expect(spoken(page)).toContainText('Overview of nano, 4 blocks. Full trains');

  // The reader goes elsewhere; the same phrase sets it again.
  await drawing(page)
    .getByRole('button', { name: /^Block 3/ })
    .click();
  await expect(drawing(page, 'Block 3')).toBeVisible();
  await prediction.getByRole('button', { name: 'Full fine-tuning' }).focus();
  await expect(drawing(page)).toBeVisible();
});

test('every level passes axe in both themes and fits a phone (N-7)', async ({ person }) => {
  const page = await person('Reader');
  for (const query of [
    '',
    '?level=block&method=p-tuning-v2',
    '?level=matrix&quantisation=nf4',
    '?level=number&matrix=attention',
  ]) {
    await page.goto(`${PATH}${query}`);
    await computed(page);
    await expectAccessible(page);
  }
});
