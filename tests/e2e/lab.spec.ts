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

  await test.step('held-out examples are answered before and after (L-10)', async () => {
    const answers = page.getByRole('table').filter({ hasText: 'Untuned' });
    await expect(answers.getByRole('row')).toHaveCount(7);
    await expect(answers.getByText(/right|wrong/)).toHaveCount(12);
    await expect(answers.getByRole('row', { name: /wrong.*right/s }).first()).toBeVisible();
  });

  await test.step('the estimate is now taken from this run (L-9)', async () => {
    await expect(page.getByText(/your last run of this kind took/)).toBeVisible();
  });
});

test('memory is counted by category and follows the recipe, before anything runs (L-8)', async ({
  person,
}) => {
  const page = await person('Visitor');
  await openLab(page);
  const memory = (category: string) =>
    page
      .getByRole('term')
      .filter({ hasText: new RegExp(`^${category}`) })
      .locator('xpath=following-sibling::dd[1]');
  const frozen = await memory('Frozen weights').innerText();
  const trained = await memory('Trained weights').innerText();
  for (const category of ['Gradients', 'Optimiser state', 'Activations', 'Constants', 'Total'])
    await expect(memory(category)).toHaveText(/^\d[\d.]* [kM]?B$/);
  await expect(page.getByText(/not measured/)).toBeVisible();

  await chooseRecipe(page, { method: 'LoRA', rank: 32, quantisation: 'int4' });
  await expect(memory('Frozen weights')).not.toHaveText(frozen);
  await expect(memory('Trained weights')).not.toHaveText(trained);
  await expect(page.getByText(/in int4 with scales/)).toBeVisible();
});

test('the time is estimated before Run, from steps timed on this device (L-9)', async ({
  person,
}) => {
  const page = await person('Visitor');
  await openLab(page);
  const estimate = page.getByText(/About .+ of training on this device \(.+\)\. An estimate:/);
  await expect(estimate).toContainText('a few steps were timed', { timeout: 60_000 });
  await expect(estimate).toContainText(/WASM, \d+ threads?/);
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
