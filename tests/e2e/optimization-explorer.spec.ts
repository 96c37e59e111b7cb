/** FIG. 4.2 by pointer, by touch, by keys alone, from its address and from a phrase of the lesson (N-9–N-16). */
import type { Page } from '@playwright/test';
import { keysOf } from './support/browser-database.ts';
import { expectAccessible, expectFits } from './support/accessible.ts';
import { chooseRecipe } from './support/classroom.ts';
import { expect, test } from './support/test.ts';

test.use({ evaluatesLittle: true });

const PATH = '/tools/optimization-techniques-explorer';
const LESSON = '/courses/advanced-nlp/fine-tuning-and-peft';

const plot = (page: Page) => page.getByRole('group', { name: / over / });
const summary = (page: Page) => page.locator('.explorer > .summary');
/** What a screen reader was told last. */
const spoken = (page: Page) => page.locator('.explorer > [role=status]');
const choice = (page: Page, name: string) => page.getByRole('combobox', { name, exact: true });
const fitRow = (page: Page, name: string) =>
  page.getByRole('table', { name: 'What fits' }).getByRole('row', { name });
const counted = (page: Page) =>
  expect(page.getByText('being counted')).toHaveCount(0, { timeout: 60_000 });

test('by pointer: sources over each other, a limit, a point and its recipe (N-9, N-10, N-11, N-12)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(PATH);
  await expect(summary(page)).toContainText('This deployment, nano on definition-domain');
  const shipped = await plot(page).getByRole('button').count();
  await page.getByRole('checkbox', { name: /^Published/ }).check();
  await expect(summary(page)).toContainText('Published, PEFT comparison, Llama-3.2-3B (July 2026)');
  expect(await plot(page).getByRole('button').count()).toBeGreaterThan(shipped);
  await choice(page, 'Published table').selectOption('LoRA paper, GPT-3 175B on MNLI');
  await plot(page)
    .getByRole('button', { name: /^LoRA 4\.7M, published/ })
    .click();
  await expect(page.getByRole('region', { name: 'LoRA 4.7M' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Hu et al. 2021' })).toHaveAttribute(
    'href',
    /arxiv\.org\/abs\/2106\.09685/,
  );

  await page.getByRole('textbox', { name: 'Bytes of a step, MB' }).fill('40');
  await expect(summary(page)).toContainText('outside the limits');
  await expect(
    plot(page).getByRole('button', { name: /^Full, this deployment.*Over a limit/ }),
  ).toHaveCount(1);
  await choice(page, 'Horizontal axis').selectOption('Bytes of a step');
  await plot(page)
    .getByRole('button', { name: /^QLoRA.*, this deployment/ })
    .first()
    .click();
  await page.getByRole('link', { name: 'Open its recipe in the lab' }).click();
  await expect(page).toHaveURL(/\/lab\?.*quantisation=nf4/);
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible();
});

test('what fits on a GPU, and published figures beside the count (N-12, N-13)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(`${PATH}?view=fit`);
  await counted(page);
  await expect(summary(page)).toContainText(
    'Llama 2 7B on 8 GB, 1 text of 512 tokens a step: 1 of 10 fit: QLoRA',
  );
  await expect(fitRow(page, 'LoRA r=8, every layer')).toContainText('over');
  await page.getByText('24', { exact: true }).click();
  await expect(fitRow(page, 'LoRA r=8, every layer')).toContainText('✓ fits');
  await expect(fitRow(page, 'Full trained')).toContainText('over');
  await page.getByText('70B', { exact: true }).click();
  await counted(page);
  await expect(summary(page)).toContainText('Llama 2 70B on 24 GB');
  await expect(summary(page)).toContainText('nothing fits');
  await page.getByText('48', { exact: true }).click();
  await expect(fitRow(page, 'QLoRA r=8')).toContainText('✓ fits');

  const published = page.getByRole('table', { name: /^Published memory/ });
  for (const row of [/^Full fine-tuning Rajbhandari/, /^LoRA torchtune/, /^QLoRA Dettmers/]) {
    const cells = published.getByRole('row', { name: row });
    await expect(cells).toContainText(/\d GB.*\d GB/);
    await expect(cells).toContainText('Left over.');
  }
});

test('by keys alone: through the points, to the details and back (N-15)', async ({ person }) => {
  const page = await person('Reader');
  await page.goto(PATH);
  await expect(plot(page)).toBeVisible();
  for (let tabs = 0; tabs < 60; tabs++) {
    await page.keyboard.press('Tab');
    if (await plot(page).locator('button:focus').count()) break;
  }
  await page.keyboard.press('Home');
  const first = await plot(page).locator('button:focus').getAttribute('aria-label');
  await page.keyboard.press('ArrowRight');
  const focused = plot(page).locator('button:focus');
  await expect(focused).toHaveCount(1);
  const second = await focused.getAttribute('aria-label');
  expect(second).not.toBe(first);
  await expect(spoken(page)).toContainText(`Chosen: ${second}`);
  await page.keyboard.press('Enter');
  const details = page.getByRole('region', { name: second!.split(',')[0]!, exact: true });
  await expect(details.locator('p:focus')).toHaveCount(1);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Open its recipe in the lab' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(plot(page).locator('button:focus')).toHaveAttribute('aria-label', second!);
  await page.keyboard.press('ArrowUp');
  await expect(plot(page).locator('button:focus')).not.toHaveAttribute('aria-label', second!);
});

test('by touch on a phone, nothing wider than the screen (N-15)', async ({ browser, server }) => {
  const context = await browser.newContext({
    baseURL: server.url,
    hasTouch: true,
    isMobile: true,
    viewport: { width: 360, height: 740 },
  });
  const page = await context.newPage();
  await page.goto(PATH);
  await plot(page)
    .getByRole('button', { name: /^Full, this deployment/ })
    .tap();
  await expect(page.getByRole('region', { name: 'Full', exact: true })).toBeVisible();
  await page.getByText('All', { exact: false }).getByText('points as a table').tap();
  await expect(page.getByRole('table', { name: 'Points' })).toBeVisible();
  await expectFits(page);
  await page.getByText('What fits on a GPU').tap();
  await counted(page);
  await expect(fitRow(page, 'QLoRA r=8')).toContainText('✓ fits');
  await expectFits(page);
  await context.close();
});

test('its address shows the same in another browser, and says what it cannot read (N-14)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(`${PATH}?x=bytes&y=relative&task=spam`);
  await page.getByRole('checkbox', { name: /^Published/ }).check();
  await page.getByRole('textbox', { name: 'Trained share, %' }).fill('20');
  await plot(page)
    .getByRole('button', { name: /, this deployment/ })
    .first()
    .click();
  await expect(page).toHaveURL(/maxshare=20.*point=shipped/);
  const told = await summary(page).innerText();
  const fresh = await person('Neighbour');
  await fresh.goto(page.url());
  await expect(summary(fresh)).toHaveText(told);
  await expect(fresh.getByRole('textbox', { name: 'Trained share, %' })).toHaveValue('20');
  await expect(choice(fresh, 'Task')).toHaveValue('spam');

  // A limit below one is typed over another, digit by digit.
  const share = fresh.getByRole('textbox', { name: 'Trained share, %' });
  await share.selectText();
  await share.pressSequentially('0.5');
  await expect(share).toHaveValue('0.5');
  await expect(fresh).toHaveURL(/maxshare=0\.5/);

  await page.goto(`${PATH}?view=fit&model=13b&memory=20&tokens=1024&recompute=false`);
  await expect(summary(page)).toContainText('Llama 2 13B on 20 GB');
  await expect(page.getByRole('textbox', { name: 'Tokens in a text' })).toHaveValue('1024');

  await fresh.goto(`${PATH}?x=luck`);
  await expect(fresh.getByText('x=luck is not used.')).toBeVisible();
  await expect(plot(fresh)).toBeVisible();

  // What only the reader's runs could hold is named once they have been read.
  await fresh.goto(`${PATH}?task=zzz&point=own:a`);
  await expect(
    fresh.getByText('task=zzz is not used: there is no result of it here.'),
  ).toBeVisible();
  await expect(
    fresh.getByText('point=own:a is not used: there is no such point here.'),
  ).toBeVisible();
  await expect(summary(fresh)).toContainText('This deployment, nano on definition-domain');
});

test('a run of the reader’s own stands beside the others, filled (N-11)', async ({ person }) => {
  const page = await person('Reader');
  await page.goto('/lab');
  await chooseRecipe(page, { method: 'LoRA', rank: 4, steps: 5 });
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  // It is kept once it has ended.
  await expect.poll(() => keysOf(page, 'runs'), { timeout: 120_000 }).toHaveLength(1);
  await page.goto(PATH);
  const own = plot(page).getByRole('button', { name: /^LoRA r=4, your runs/ });
  await own.click();
  await expect(summary(page)).toContainText('Your runs, nano on definition-domain: 1 point');
  await expect(page.getByRole('link', { name: 'Open its recipe in the lab' })).toHaveAttribute(
    'href',
    /rank=4.*steps=5/,
  );
  await page.goto(`${PATH}?class=NOSUCH`);
  await expect(page.getByText('There is no class NOSUCH.')).toBeVisible();
});

test('a phrase of the lesson, focused by keyboard, sets it and is heard (N-16)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(LESSON);
  const prediction = page
    .getByRole('group', { name: 'Prediction' })
    .filter({ hasText: 'Is full fine-tuning on the' });
  await prediction.getByRole('radio').first().check();
  await prediction.getByRole('button', { name: 'Predict' }).click();
  await expect(plot(page)).toBeVisible({ timeout: 60_000 });
  await prediction.getByRole('button', { name: 'Set a limit of memory' }).focus();
  await expect(spoken(page)).toContainText('Accuracy over bytes of a step.');
  await expect(spoken(page)).toContainText('outside the limits');
  await page.keyboard.press('Tab');
  await expect(prediction.getByRole('button', { name: 'Without the limit' })).toBeFocused();
  await expect(spoken(page)).toContainText('Accuracy over trained share.');
  await expect(spoken(page)).not.toContainText('outside the limits');
  await page.keyboard.press('Tab');
  await expect(spoken(page)).toContainText('Published, PEFT comparison');
  await prediction.getByRole('button', { name: 'what fits on 8 GB' }).focus();
  await expect(spoken(page)).toContainText('Llama 2 7B on 8 GB', { timeout: 30_000 });
});

test('every view passes axe in both themes and fits every width (N-15)', async ({ person }) => {
  const page = await person('Reader');
  for (const query of [
    '?show=published+shipped+own&maxbytes=40&point=shipped:lora',
    '?view=fit&memory=24',
  ]) {
    await page.goto(`${PATH}${query}`);
    await counted(page);
    const table = page.getByText('points as a table');
    if (await table.count()) await table.click();
    await expectAccessible(page, [360, 1440, 1920]);
  }
});
