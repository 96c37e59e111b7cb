/** A whole round by keyboard alone, host and student: no pointer touches either page (S-40). */
import type { Locator, Page } from '@playwright/test';
import { expectBoard } from './support/classroom.ts';
import { expect, test } from './support/test.ts';

test.use({ evaluatesLittle: true });

const FAR = 200;

/** Tab by Tab, as somebody without a pointer goes. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let presses = 0; presses < FAR; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${String(target)} cannot be reached by Tab`);
}

async function press(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', { name, exact: true });
  await expect(button).toBeEnabled();
  await tabTo(page, button);
  await page.keyboard.press('Enter');
}

async function type(page: Page, label: string, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: label, exact: true });
  await tabTo(page, field);
  await page.keyboard.press('Control+a');
  await page.keyboard.type(text);
}

test('a round is hosted, trained, submitted and read by keyboard alone (S-40)', async ({
  instructor: host,
  person,
}) => {
  test.setTimeout(240_000);
  await host.goto('/host');
  await press(host, 'Create session');
  await host.waitForURL(/\/host\/[0-9A-Z]{6}$/);
  const code = new URL(host.url()).pathname.split('/').at(-1)!;

  const ann = await person('Ann');
  await ann.goto('/join');
  await type(ann, 'Join code', code);
  await ann.keyboard.press('Enter');
  await ann.waitForURL(`**/join/${code}`);
  await type(ann, 'Nickname', 'Ann');
  await ann.keyboard.press('Enter');
  await ann.waitForURL(`**/live/${code}`);

  await press(host, 'Start round');
  const method = ann.getByRole('radiogroup', { name: 'Method', exact: true });
  await tabTo(ann, method.getByRole('radio', { name: 'LoRA' }));
  const rank = ann.getByRole('slider', { name: 'LoRA rank', exact: true });
  await tabTo(ann, rank);
  await ann.keyboard.press('Home');
  await expect(rank).toHaveValue('1');
  await ann.keyboard.press('ArrowRight');
  await expect(rank).toHaveValue('2');
  const steps = ann.getByLabel('Steps', { exact: true });
  await tabTo(ann, steps);
  await ann.keyboard.press('Control+a');
  await ann.keyboard.type('12');
  await ann.keyboard.press('Tab');
  await press(ann, 'Run');
  await expect(ann.getByRole('button', { name: 'Submit', exact: true })).toBeEnabled({
    timeout: 150_000,
  });
  await press(ann, 'Submit');
  await expectBoard(host, [{ nickname: 'Ann', status: 'verified' }], 90_000);
  await press(host, 'End round');
  await expect(ann.getByRole('heading', { name: 'Round 1 has ended' })).toBeVisible();
});
