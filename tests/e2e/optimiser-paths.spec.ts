/** FIG. 4.4 by pointer, by keys alone, by touch, from its address, from a phrase, and with the model itself (N-30–N-36). */
import type { Page } from '@playwright/test';
import { expectAccessible, expectFits } from './support/accessible.ts';
import { expect, test } from './support/test.ts';

const PATH = '/tools/optimiser-paths';
const LESSON = '/courses/advanced-nlp/fine-tuning-and-peft';
/** Distance on the plane by which the model's path may differ from the surface's, over a short path. */
const TOLERANCE = 0.02;

const plot = (page: Page) => page.getByRole('application', { name: /^Start at/ });
const summary = (page: Page) => page.locator('.optimiser > .summary');
/** What a screen reader was told last. */
const spoken = (page: Page) => page.locator('.optimiser > [role=status]');
/** Where the handle is on the screen. */
async function handleOf(page: Page) {
  const box = (await plot(page).locator('.grip').boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

test('by pointer: the start is dragged, and a rate that is too large is said to be (N-33, N-34)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(PATH);
  await expect(summary(page)).toContainText('From a = −0.50, b = 0.50, loss 12.08, 40 steps');
  const rows = page.getByRole('row');
  await expect(rows.filter({ hasText: 'AdamW' })).toContainText(/0\.\d{3} at step \d+/);
  // Each path has its own dash and marker.
  const dashes = await plot(page)
    .locator('path.line')
    .evaluateAll((lines) => lines.map((line) => line.getAttribute('stroke-dasharray')));
  expect(new Set(dashes).size).toBe(3);

  await plot(page).scrollIntoViewIfNeeded();
  const from = await handleOf(page);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 40, from.y - 30, { steps: 4 });
  await page.mouse.up();
  await expect(summary(page)).toContainText(/From a = −0\.[0-3]\d, b = 0\.[67]\d, loss/);
  const to = await handleOf(page);
  expect(Math.hypot(to.x - from.x - 40, to.y - from.y + 30)).toBeLessThan(3);

  await page.getByRole('button', { name: 'Reset' }).click();
  await page.getByRole('switch', { name: 'AdamW' }).uncheck();
  await page.goto(`${PATH}?rate=0.3&show=sgd`);
  await expect(summary(page)).toContainText(
    /SGD at a learning rate of 0\.3 flies off the recorded surface at step \d+: its steps are too large/,
  );
  await expect(page.getByRole('row').filter({ hasText: 'SGD' })).toContainText('off the surface');
});

test('by keys alone: the start, the knobs, and each change told (N-35)', async ({ person }) => {
  const page = await person('Reader');
  await page.goto(PATH);
  await plot(page).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowUp');
  await expect(spoken(page)).toContainText('From a = −0.45, b = 0.75');
  await page.keyboard.press('Home');
  await expect(spoken(page)).toContainText('From a = 0.00, b = 0.00');
  const steps = page.getByRole('slider', { name: 'Steps' });
  await steps.focus();
  await page.keyboard.press('Home');
  await expect(spoken(page)).toContainText('1 step of all texts at once');
  await page.getByRole('combobox', { name: 'Gradient of a step' }).focus();
  await page.keyboard.press('ArrowDown');
  await expect(spoken(page)).toContainText('1 step of one batch after another');
});

test('by touch on a phone, nothing wider than the screen (N-35)', async ({ browser, server }) => {
  const context = await browser.newContext({
    baseURL: server.url,
    hasTouch: true,
    isMobile: true,
    viewport: { width: 360, height: 740 },
  });
  const page = await context.newPage();
  await page.goto(PATH);
  await expect(plot(page)).toBeVisible();
  await plot(page).scrollIntoViewIfNeeded();
  const box = (await plot(page).boundingBox())!;
  await page.touchscreen.tap(box.x + box.width * 0.7, box.y + box.height * 0.3);
  await expect(summary(page)).toContainText(/From a = [12]\.\d\d, b = 0\.\d\d/);

  // A finger on the handle drags it; the page stays where it is.
  const before = await summary(page).innerText();
  const from = await handleOf(page);
  const client = await context.newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x: number, y: number) =>
    client.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [{ x, y }],
    });
  const scrolled = await page.evaluate(() => scrollY);
  await touch('touchStart', from.x, from.y);
  for (let part = 1; part <= 4; part++)
    await touch('touchMove', from.x - 15 * part, from.y + 8 * part);
  await touch('touchEnd', 0, 0);
  await expect(summary(page)).not.toHaveText(before);
  const to = await handleOf(page);
  expect(to.x).toBeLessThan(from.x - 40);
  expect(await page.evaluate(() => scrollY)).toBe(scrolled);
  await expectFits(page);
  await context.close();
});

test('its address shows the same in another browser, and says what it cannot read (N-35)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(`${PATH}?start=-0.5,0.4&rate=0.05&momentum=0.5&batch=mini&show=momentum,adamw`);
  await page.getByRole('slider', { name: 'Steps' }).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page).toHaveURL(/steps=39/);
  await expect(page).toHaveURL(/momentum=0\.5/);
  const told = await summary(page).innerText();
  expect(told).toContain('From a = −0.50, b = 0.40');

  const fresh = await person('Neighbour');
  await fresh.goto(page.url());
  await expect(summary(fresh)).toHaveText(told);
  await expect(fresh.getByRole('switch', { name: 'SGD', exact: true })).not.toBeChecked();

  await fresh.goto(`${PATH}?rate=fast&start=9,9`);
  await expect(fresh.getByText('rate=fast is not used. It is 0.015 here.')).toBeVisible();
  // A start off the surface is brought to its corner.
  await expect(summary(fresh)).toContainText('From a = 4.00, b = 1.50');
});

test('the model itself takes nearly the same path, and says how near (N-31, N-36)', async ({
  person,
}) => {
  test.setTimeout(180_000);
  const page = await person('Reader');
  await page.goto(`${PATH}?steps=4`);
  await expect(page.locator('path.computed')).toHaveCount(0);
  await page.getByRole('button', { name: 'Compute these paths with the model' }).click();
  await expect(spoken(page)).toContainText('Computed with the model.', { timeout: 150_000 });
  await expect(page.getByText(/WASM/).first()).toBeVisible();
  await expect(plot(page).locator('path.computed')).toHaveCount(3);
  for (const name of ['SGD', 'SGD with momentum', 'AdamW']) {
    const cells = page
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name, exact: true }) })
      .getByRole('cell');
    const [loss, computed, apart] = [
      await cells.nth(1).innerText(),
      await cells.nth(4).innerText(),
      await cells.nth(5).innerText(),
    ];
    expect(computed).toMatch(/^\d\.\d{3} after 4$/);
    expect(Math.abs(parseFloat(computed) - parseFloat(loss))).toBeLessThan(TOLERANCE);
    expect(parseFloat(apart)).toBeGreaterThanOrEqual(0);
    expect(parseFloat(apart)).toBeLessThan(TOLERANCE);
  }
  // Another start has other paths: those of the model are no longer shown.
  await plot(page).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('path.computed')).toHaveCount(0);
});

test('a phrase of the lesson, focused by keyboard, sets it and is heard (N-35)', async ({
  person,
}) => {
  const page = await person('Reader');
  await page.goto(LESSON);
  const prediction = page
    .getByRole('group', { name: 'Prediction' })
    .filter({ hasText: 'the first step of AdamW' });
  await prediction.getByRole('radio').first().check();
  await prediction.getByRole('button', { name: 'Predict' }).click();
  await expect(plot(page)).toBeVisible({ timeout: 60_000 });
  await prediction.getByRole('button', { name: 'on the floor' }).focus();
  await expect(spoken(page)).toContainText('From a = 0.00, b = 0.00');
  await page.keyboard.press('Tab');
  await expect(prediction.getByRole('button', { name: 'up its steep side' })).toBeFocused();
  await expect(spoken(page)).toContainText('From a = 0.00, b = 0.80');
  await page.keyboard.press('Tab');
  await expect(
    prediction.getByRole('button', { name: 'a rate that plain SGD bears' }),
  ).toBeFocused();
  await expect(spoken(page)).toContainText(
    /SGD at a learning rate of 0\.1 ends at a loss of 0\.\d+; SGD with momentum at a learning rate of 0\.1 flies off/,
  );
});

test('it passes axe in both themes and fits a phone (N-35)', async ({ person }) => {
  const page = await person('Reader');
  for (const query of ['', '?rate=0.3&start=0,0.8', '?show=']) {
    await page.goto(`${PATH}${query}`);
    await expect(plot(page)).toBeVisible();
    await page.getByText('What was recorded, and how exact it is').click();
    await expectAccessible(page);
  }
});
