/** FIG. 4.3 by pointer, by keys alone, by touch, from its address and from a phrase of the lesson, and its run (N-20–N-27). */
import type { Page } from '@playwright/test';
import { keysOf } from './support/browser-database.ts';
import { expectAccessible, expectFits } from './support/accessible.ts';
import { expect, test } from './support/test.ts';

test.use({ evaluatesLittle: true });

const PATH = '/tools/lora-and-quantisation-lab';
const LESSON = '/courses/advanced-nlp/fine-tuning-and-peft';

const summary = (page: Page) => page.locator('.lora > .summary');
/** What a screen reader was told last. */
const spoken = (page: Page) => page.locator('.lora > [role=status]');
const rank = (page: Page) => page.getByRole('slider', { name: 'LoRA rank' });
const choose = (page: Page, view: string) =>
  page.getByRole('radiogroup', { name: 'View' }).getByRole('radio', { name: view }).check();
const numbers = (page: Page, region: string) => page.getByRole('region', { name: region });
/** Width of B over that of W, as drawn. */
const proportion = async (page: Page) => {
  const [w, b] = await Promise.all(
    [0, 1].map((index) => page.locator('.drawing > .matrix').nth(index).boundingBox()),
  );
  return b!.width / w!.width;
};

test('by pointer: the rank widens the strips, and everything is counted (N-20)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(PATH);
  await expect(summary(page)).toContainText('B is 128 × 8 and A 8 × 128: 2,048 numbers');
  await expect(page.getByText('80,384', { exact: true })).toBeVisible();
  await expect.poll(() => proportion(page)).toBeCloseTo(8 / 128, 2);
  await rank(page).fill('32');
  await expect(summary(page)).toContainText('8,192 numbers beside 16,384, 50.0 %');
  // The slider keeps the factor: alpha follows the rank.
  await expect(summary(page)).toContainText('α/r = 64/32 = 2');
  await expect.poll(() => proportion(page)).toBeCloseTo(32 / 128, 2);

  await page.getByRole('combobox', { name: 'Matrix' }).selectOption('down');
  await page.getByRole('combobox', { name: 'Block' }).selectOption('3');
  await expect(summary(page)).toContainText('the down matrix of the MLP of block 3, is 128 × 352');
  await page.getByText('LoRA variants').click();
  await page.getByRole('radio', { name: 'Rank-stabilised' }).check();
  await expect(summary(page)).toContainText('α/√r = 64/√32 = 11.3');
  await page.getByRole('switch', { name: 'DoRA' }).check();
  await expect(summary(page)).toContainText('the length of each of its 128 rows: 15,488 numbers');
  await page.getByRole('checkbox', { name: 'down_proj' }).uncheck();
  await expect(summary(page)).toContainText('No pair stands beside it');
  // Real numbers, once the weights are here: A as the seed makes it, B zero.
  await page.getByRole('checkbox', { name: 'down_proj' }).check();
  const row = (name: string) =>
    numbers(page, 'Numbers of the matrices').getByRole('row', { name: new RegExp(`^${name} `) });
  await expect(row('A')).toContainText(/0\.05\d\d/, { timeout: 60_000 });
  await expect(row('B')).toContainText('0.0000');
  // B, A and DoRA's m, each with its numbers.
  await expect(page.locator('.drawing > .trained > canvas')).toHaveCount(3);
});

test('before the weights are here it shows what was recorded, and says so (N-21, N-22, N-23)', async ({
  person,
}) => {
  const page = await person('Reader');
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.context().route('**/model.safetensors', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${PATH}?view=spectrum&rank=4`);
  await expect(summary(page)).toContainText('LoRA r=4, recorded: 4 of 128 above rounding');
  await expect(summary(page)).toContainText('full, recorded: 128 of 128 above rounding');
  await expect(page.getByText(/^Recorded: 300 steps on definition-domain/)).toBeVisible();
  await expect(
    numbers(page, 'Energy of the first singular values').getByRole('row', { name: /^4 / }),
  ).toContainText('100 %');

  await choose(page, 'Quantisation');
  await expect(
    page.getByText(/Recorded with the engine, until the weights are here/),
  ).toBeVisible();
  const errors = numbers(page, 'Quantisation error by format');
  const recorded = await errors.innerText();
  release();
  await expect(page.getByText('Computed here by the engine, from the weights.')).toBeVisible({
    timeout: 60_000,
  });
  // The engine finds the same in this browser as where it was recorded.
  await expect(errors).toHaveText(recorded, { useInnerText: true });

  await choose(page, 'Fine-tune');
  await expect(page.getByText(/^A recorded run of LoRA r=4 on definition-domain/)).toBeVisible();
});

test('a run trained in place has exactly r values above rounding, and is kept (N-21, N-24)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(`${PATH}?view=training&rank=3&alpha=6&quantisation=int4`);
  await page.getByLabel('Steps', { exact: true }).fill('5');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect.poll(() => keysOf(page, 'runs'), { timeout: 150_000 }).toHaveLength(1);
  // Noted for the account that this guest may make, as a run of the lab's is.
  await expect.poll(() => keysOf(page, 'study')).toHaveLength(1);
  await page.getByRole('button', { name: 'Its spectrum' }).click();
  await expect(summary(page)).toContainText('Your run, LoRA r=3 · int4: 3 of 128 above rounding');
  await page.getByRole('combobox', { name: 'Matrix' }).selectOption('gate');
  await expect(summary(page)).toContainText('the gate matrix');
  await expect(summary(page)).toContainText('3 of 128 above rounding');
  await choose(page, 'W + B·A');
  await expect(summary(page)).toContainText('here after the run');
  const row = numbers(page, 'Numbers of the matrices').getByRole('row', { name: /^ΔW / });
  await expect(row).toContainText(/0\.0\d\d\d/);
  await expect(page).toHaveURL(/run=[0-9a-f-]{36}/);

  // The same address shows the same run again; elsewhere it is missing, and said to be.
  // The address is written a moment later.
  await expect(page).not.toHaveURL(/view=/);
  const told = await summary(page).innerText();
  await page.reload();
  await expect(summary(page)).toHaveText(told);
  const fresh = await person('Neighbour');
  await fresh.goto(page.url());
  await expect(fresh.getByText('The run of this link is not kept in this browser')).toBeVisible();
  await expect(rank(fresh)).toHaveValue('3');

  // Another recipe is not that run any more.
  await rank(page).fill('4');
  await expect(summary(page)).toContainText('before the first step');
  await page.goto('/runs');
  await expect(page.getByRole('rowheader', { name: /LoRA r=3/ })).toBeVisible();
});

test('one tab trains at a time, and reading trains nothing (N-24)', async ({ person }) => {
  const page = await person('Reader');
  await page.goto(`${PATH}?view=training&steps=2000`);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('.doing')).toHaveText(/^Training, step \d+ of 2000/, {
    timeout: 120_000,
  });
  const other = await page.context().newPage();
  await other.goto(`${PATH}?view=training`);
  // It may be the run that goes on there: it is not offered here, to be thrown away.
  await expect(other.getByText('A run is going on in another tab')).toBeVisible();
  await expect(other.getByText(/^An interrupted run/)).toHaveCount(0);
  await other.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(other.getByText('Another tab is training')).toBeVisible();
  await other.close();
  await expect.poll(() => keysOf(page, 'checkpoints'), { timeout: 60_000 }).toHaveLength(1);
  // Left while it trains: it waits for a word.
  await page.reload();
  await expect(page.getByText(/^An interrupted run: LoRA r=8, 2000 steps/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();
  await page.getByRole('button', { name: 'Discard' }).click();
  await expect.poll(() => keysOf(page, 'unfinished')).toHaveLength(0);
});

test('by keys alone: views, rank and codebook, each told (N-27)', async ({ person }) => {
  const page = await person('Reader');
  await page.goto(PATH);
  await expect(summary(page)).toBeVisible();
  await page.getByRole('radio', { name: 'W + B·A' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(spoken(page)).toContainText(
    'Singular values of ΔW of the query matrix q of block 0',
  );
  await page.keyboard.press('ArrowRight');
  await expect(spoken(page)).toContainText('Relative error of the query matrix q');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('radio', { name: 'NF4', exact: true })).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(spoken(page)).toContainText('The codes of int4 are drawn.');
  await page.keyboard.press('Tab');
  await expect(rank(page)).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('ArrowRight');
  await expect(spoken(page)).toContainText('Run trains LoRA r=8 on definition-domain');
  await rank(page).focus();
  await page.keyboard.press('ArrowRight');
  await expect(spoken(page)).toContainText('Run trains LoRA r=9');
});

test('by touch on a phone, nothing wider than the screen (N-27)', async ({ browser, server }) => {
  const context = await browser.newContext({
    baseURL: server.url,
    hasTouch: true,
    isMobile: true,
    viewport: { width: 360, height: 740 },
  });
  const page = await context.newPage();
  await page.goto(PATH);
  for (const [view, text] of [
    ['Spectrum', 'Singular values of ΔW'],
    ['Quantisation', 'Relative error of the query matrix'],
    ['Fine-tune', 'Run trains LoRA r=8'],
    ['W + B·A', 'At rank 8'],
  ] as const) {
    await page.getByRole('radio', { name: view, exact: true }).tap();
    await expect(summary(page)).toContainText(text);
    await expectFits(page);
  }
  await rank(page).scrollIntoViewIfNeeded();
  const slider = await rank(page).boundingBox();
  await page.touchscreen.tap(slider!.x + slider!.width * 0.5, slider!.y + slider!.height / 2);
  await expect(summary(page)).toContainText(/At rank 3\d/);
  await context.close();
});

test('its address shows the same in another browser, and says what it cannot read (N-25)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(`${PATH}?rank=2&alpha=8`);
  await page.getByRole('combobox', { name: 'Block' }).selectOption('2');
  await page.getByRole('combobox', { name: 'Matrix' }).selectOption('up');
  await page.getByRole('combobox', { name: 'Base stored as' }).selectOption('int4');
  await choose(page, 'Quantisation');
  await expect(summary(page)).toContainText('The codes of int4 are drawn.');
  await expect(page).toHaveURL(/view=quantisation/);
  const told = await summary(page).innerText();
  const fresh = await person('Neighbour');
  await fresh.goto(page.url());
  await expect(summary(fresh)).toHaveText(told);
  await expect(rank(fresh)).toHaveValue('2');
  await expect(fresh.getByRole('combobox', { name: 'Block' })).toHaveValue('2');

  await fresh.goto(`${PATH}?view=cellar&method=full&rank=4`);
  await expect(fresh.getByText('view=cellar is not used.')).toBeVisible();
  await expect(fresh.getByText('method=full is not trained here. It is lora.')).toBeVisible();
  await expect(summary(fresh)).toBeVisible();
  await fresh.goto(`${PATH}?layer=99`);
  await expect(fresh.getByText('layer=99 is not used: the model has 4 blocks.')).toBeVisible();
});

test('a recipe whose data is not in this browser is held, with the reason (N-24, L-14)', async ({
  person,
}) => {
  const page = await person('Reader');
  const run = page.getByRole('button', { name: 'Run', exact: true });
  const task = page.getByRole('combobox', { name: 'Task' });
  const id = 'custom-0123456789ab';
  await page.goto(`${PATH}?view=training&task=${id}`);
  await expect(page.getByText('The task of this recipe is not in this browser')).toBeVisible();
  await expect(run).toBeDisabled();
  await expect(task.getByRole('option', { name: id, exact: true })).toBeAttached();
  await task.selectOption('spam');
  await expect(run).toBeEnabled();
  await expect(page.getByText('The task of this recipe is not in this browser')).toHaveCount(0);
});

test('a phrase of the lesson, focused by keyboard, sets it and is heard (N-26)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(LESSON);
  const prediction = page
    .getByRole('group', { name: 'Prediction' })
    .filter({ hasText: 'You double the rank' });
  await prediction.getByRole('radio').first().check();
  await prediction.getByRole('button', { name: 'Predict' }).click();
  await expect(summary(page)).toContainText('At rank 8', { timeout: 60_000 });
  await prediction.getByRole('button', { name: 'the rank', exact: true }).focus();
  await expect(summary(page)).toContainText('At rank 16');
  await expect(spoken(page)).toContainText('BA counts α/r = 16/16 = 1 times');
  await page.keyboard.press('Tab');
  await expect(spoken(page)).toContainText('LoRA r=8, recorded: 8 of 128 above rounding');
  // The reader goes elsewhere; the same phrase sets it again and leaves what it does not name.
  await page.getByRole('combobox', { name: 'Matrix' }).selectOption('v');
  await rank(page).fill('20');
  await prediction.getByRole('button', { name: 'what a run left' }).focus();
  await expect(summary(page)).toContainText('value matrix v');
  await expect(summary(page)).toContainText('LoRA r=8, recorded');
});

test('every view passes axe in both themes and fits a phone (N-27)', async ({ person }) => {
  const page = await person('Reader');
  for (const query of [
    '',
    '?view=spectrum',
    '?view=quantisation&quantisation=nf4',
    '?view=training',
  ]) {
    await page.goto(`${PATH}${query}`);
    await expect(summary(page)).not.toBeEmpty();
    await expect(page.getByText('on its way')).toHaveCount(0, { timeout: 60_000 });
    await expectAccessible(page, [360, 1440, 1920]);
  }
});
