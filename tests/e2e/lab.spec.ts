/** The lab alone: no account, no session; the run is real. */
import type { Page } from '@playwright/test';
import { chooseRecipe } from './support/classroom.ts';
import { expect, test } from './support/test.ts';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Opens the lab and waits until its controls act: the counts come with the first script. */
async function openLab(page: Page): Promise<void> {
  await page.goto('/lab');
  await expect(page.getByText('Trainable parameters')).toBeVisible();
}

/** The figure beside a term such as "Accuracy before". */
async function figure(page: Page, term: string): Promise<number> {
  const text = await page
    .getByRole('term')
    .filter({ hasText: term })
    .locator('xpath=following-sibling::dd')
    .innerText();
  return Number(text);
}

/** Step and training loss as the plot describes itself. */
async function plotted(page: Page): Promise<{ step: number; loss: number } | null> {
  const label = await page.getByRole('img', { name: /^Loss by step/ }).getAttribute('aria-label');
  const found = /Training ([\d.]+) at step (\d+)/.exec(label ?? '');
  return found ? { loss: Number(found[1]), step: Number(found[2]) } : null;
}

test('Run trains in the browser on WASM: loss falls, validation accuracy rises (L-1–L-4)', async ({
  person,
}) => {
  const page = await person('Visitor');
  await openLab(page);
  await chooseRecipe(page, { method: 'LoRA', rank: 4, steps: 80 });
  await button(page, 'Run').click();

  await expect.poll(() => plotted(page), { timeout: 60_000, intervals: [100] }).not.toBeNull();
  const early = await plotted(page);
  await expect(page.getByText(/Finished in/).first()).toBeVisible({ timeout: 120_000 });
  const last = await plotted(page);
  expect(last?.step).toBe(80);
  expect(early?.step).toBeLessThan(80);
  expect(last?.loss).toBeLessThan(early?.loss ?? 0);

  expect(await figure(page, 'Accuracy after')).toBeGreaterThan(
    (await figure(page, 'Accuracy before')) + 0.1,
  );
  await expect(page.getByText(/WASM with \d+ threads?/)).toBeVisible();
});

test('Stop ends the run and keeps what was trained (L-5)', async ({ person }) => {
  const page = await person('Visitor');
  await openLab(page);
  await chooseRecipe(page, { method: 'LoRA', rank: 8, steps: 2000 });
  await button(page, 'Run').click();
  await expect.poll(() => plotted(page), { timeout: 60_000 }).not.toBeNull();
  await button(page, 'Stop').click();
  await expect(page.getByText(/Stopped after \d+ steps?/).first()).toBeVisible({ timeout: 60_000 });
  await expect(button(page, 'Run')).toBeEnabled();
  await expect(page.getByRole('button', { name: /^Download the artifact/ })).toBeVisible();
});

test('the same recipe gives the same accuracy twice (L-6)', async ({ person }) => {
  const page = await person('Visitor');
  await openLab(page);
  await chooseRecipe(page, { method: 'Head', steps: 20 });
  const results: number[] = [];
  for (const expectedRuns of [1, 2]) {
    await button(page, 'Run').click();
    await expect(page.getByRole('button', { name: /^Download the artifact/ })).toHaveCount(
      expectedRuns,
      { timeout: 120_000 },
    );
    results.push(await figure(page, 'Accuracy after'));
  }
  expect(results[0]).toBe(results[1]);
});
