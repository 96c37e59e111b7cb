/** The lab alone: no account, no session; the run is real. */
import type { Locator, Page } from '@playwright/test';
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

test('Run trains in the browser on WASM: loss falls, validation accuracy rises (L-1, L-3, L-4)', async ({
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

test('what was counted of one base does not stand beside another (L-3, L-9)', async ({
  person,
}) => {
  const page = await person('Visitor');
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.context().route('**/models/small/config.json', async (route) => {
    await held;
    await route.continue();
  });
  await openLab(page);
  const all = page.getByRole('complementary').getByText('Trainable parameters');
  await expect(all).toBeVisible();
  await page.getByRole('radio', { name: /^small/ }).check();
  await expect(all).toHaveCount(0);
  release();
  await expect(all).toBeVisible();
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

test('every method has its own knobs, and what they lead to is in sight (L-16, L-17)', async ({
  person,
}) => {
  const page = await person('Visitor');
  await openLab(page);
  const radio = (name: string) => page.getByRole('radio', { name, exact: true });
  const knobs: [method: string, knob: Locator][] = [
    ['LoRA', page.getByRole('slider', { name: 'LoRA rank', exact: true })],
    ['Full', page.getByRole('slider', { name: 'Frozen layers' })],
    ['Adapter', page.getByRole('slider', { name: 'Reduction factor' })],
    ['Prefix tuning', page.getByLabel('MLP width')],
    ['P-Tuning v2', page.getByRole('slider', { name: 'Prefix length' })],
    ['Prompting', page.getByRole('slider', { name: 'Shots' })],
  ];
  for (const [method, knob] of knobs) {
    await radio(method).check();
    await expect(knob).toBeVisible();
    for (const [, other] of knobs.filter(([name]) => name !== method))
      if (method !== 'Prefix tuning' && method !== 'P-Tuning v2') await expect(other).toBeHidden();
  }
  const rate = page.getByLabel('Learning rate');
  await expect(rate).toBeHidden();
  await radio('Head only').check();
  const adamw = Number(await rate.inputValue());
  await page.getByText('Advanced', { exact: true }).click();
  await radio('SGD').check();
  expect(Number(await rate.inputValue())).toBeGreaterThan(adamw);

  await radio('LoRA').check();
  await page.getByLabel('Gradient accumulation').fill('4');
  await expect(page.getByText('Effective batch: 16 × 4 = 64 texts an update.')).toBeVisible();
  await expect(
    page.getByText(/Saves [\d.]+ MB of [\d.]+ MB a step, for 1\.\d+ times the multiplications/),
  ).toBeVisible();
  await page.getByRole('switch', { name: 'Activation checkpointing' }).check();
  await expect(page).toHaveURL(/recompute=true/);
});

test.describe('runs whose accuracy does not matter', () => {
  test.use({ evaluatesLittle: true });

  test('Run starts the default recipe in one click; Stop ends it and keeps what was trained (L-2, L-5)', async ({
    person,
  }) => {
    const page = await person('Visitor');
    await openLab(page);
    await button(page, 'Run').click();
    await expect.poll(() => plotted(page), { timeout: 60_000, intervals: [100] }).not.toBeNull();
    await expect(
      page.getByText(/No WebGPU adapter answered\. WASM with \d+ threads?/),
    ).toBeVisible();
    await button(page, 'Stop').click();
    await expect(page.getByText(/Stopped after \d+ steps?/).first()).toBeVisible({
      timeout: 60_000,
    });
    await expect(button(page, 'Run')).toBeEnabled();
    await expect(page.getByRole('button', { name: /^Download the artifact/ })).toBeVisible();
  });

  for (const method of ['Adapter', 'Prefix tuning'] as const)
    test(`${method} trains, and says what it forgot and what it kept (L-16, L-19)`, async ({
      person,
    }) => {
      const page = await person('Visitor');
      await openLab(page);
      await chooseRecipe(page, { method, steps: 8 });
      await button(page, 'Run').click();
      await expect(page.getByText(/Finished in/).first()).toBeVisible({ timeout: 120_000 });
      await expect(
        page.getByText(/General English: \d\.\d\d → \d+\.\d\d nats per token: it forgot/),
      ).toBeVisible();
      await expect(page.getByText('Kept after folding')).toBeVisible({
        visible: method === 'Prefix tuning',
      });
      await expect(
        page.getByRole('region', { name: 'Your runs' }).getByRole('cell', { name: /^[+−±]\d/ }),
      ).toBeVisible();
    });
});

test('prompting asks the model as it is, in a prompt of one’s own (L-16, L-18)', async ({
  person,
}) => {
  const page = await person('Visitor');
  await openLab(page);
  await chooseRecipe(page, { method: 'Prompting' });
  const prompt = page.getByRole('region', { name: 'The prompt, for one held-out text' });
  await expect(prompt).toContainText(/: a kind of/);
  await page.getByRole('slider', { name: 'Shots' }).fill('2');
  await expect(prompt).toContainText(/(: a kind of \w+\s+.*){2}: a kind of/s);

  const template = page.getByLabel('Prompt template');
  await template.fill('Something without a place for it');
  await expect(page.getByText('The prompt template holds {text} once.')).toBeVisible();
  await expect(prompt).toContainText(/: a kind of/);
  await template.fill('{text}: some sort of');
  await expect(prompt).toContainText(/(: some sort of \w+\s+.*){2}: some sort of/s);

  await page.getByRole('slider', { name: 'Shots' }).fill('16');
  await template.fill(`${'Read this with care. '.repeat(15)}{text}: some sort of`);
  await expect(button(page, 'Run')).toBeDisabled();
  await expect(page.getByText(/Use fewer shots/).first()).toBeVisible();
  await template.fill('{text}: some sort of');
  await page.getByRole('slider', { name: 'Shots' }).fill('2');
  await button(page, 'Run').click();
  await expect(page.getByText('Finished. Nothing was trained').first()).toBeVisible({
    timeout: 120_000,
  });
  expect(await figure(page, 'Accuracy')).toBeGreaterThan(0);
});
