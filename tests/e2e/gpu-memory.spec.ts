/**
 * What is seen of a GPU's memory, on SwiftShader: in a run of the lab beside what was counted, and between sessions.
 */
import { chromium } from '@playwright/test';
import { openPageRuntime } from '../../bench/lib/page-runtime.ts';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/lib/chromium.mjs';
import { defaultMethod } from '../../src/lib/engine/formats/recipe.ts';
import { TINY_TASK, tinyModel, tinyRecipe } from '../../src/lib/engine/testing/tiny.ts';
import { countOtherSessions, countRecipe } from '../../src/lib/engine/train/count.ts';
import { runRecipe } from '../../src/lib/engine/train/trainer.ts';
import { disguise } from './support/disguised-gpu.ts';
import { evaluateLittle } from './support/evaluate-little.ts';
import { expect, test } from './support/test.ts';

test('L-21: a run holds at least the weights that were counted for its sessions, and gives everything back', async () => {
  const gpu = await openPageRuntime();
  try {
    const base = tinyModel();
    const recipe = tinyRecipe(defaultMethod('lora'), { steps: 2 });
    const labels = TINY_TASK.labels.length;
    const { memory } = countRecipe(base.config, recipe, labels);
    const others = countOtherSessions(base.config, recipe, labels);
    const examples = ['one', 'two', 'three'].map((text, label) => ({ text, label: label % 2 }));
    const input = { base, task: TINY_TASK, train: examples, validation: examples, recipe };
    await gpu.seen('begin');
    await runRecipe({ ...input, runtime: gpu });
    const { peak, atPeak } = await gpu.seen();
    // Weights of both sessions, and what goes from step to step.
    expect(peak).toBeGreaterThan(
      memory.frozen + others.weights + memory.trainable + memory.optimiser,
    );
    expect(atPeak.tensors + atPeak.staging + atPeak.uniforms).toBe(peak);
    await expect.poll(async () => (await gpu.seen()).live).toBe(0);
  } finally {
    await gpu.close();
  }
});

test('L-21: the lab shows what a run on WebGPU was seen to hold, and why it is not what was counted', async ({
  server,
}) => {
  test.setTimeout(400_000);
  const browser = await chromium.launch({
    executablePath: findChromium() ?? undefined,
    args: [...CHROMIUM_ARGS, '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  });
  try {
    const context = await browser.newContext({ baseURL: server.url });
    await disguise(context);
    await evaluateLittle(context);
    const page = await context.newPage();
    await page.goto('/lab?method=head&steps=4&batch=2&length=16');
    await expect(page.getByText('Trainable parameters')).toBeVisible();
    const seen = page.getByRole('group', { name: 'Memory seen in this run' });
    await expect(seen).toHaveCount(0);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await expect(page.getByText(/^Finished in/).first()).toBeVisible({ timeout: 300_000 });
    await expect(seen).toContainText(/Seen on the GPU, at most\s*[\d.]+ MB/);
    await expect(
      page.getByText(/^Seen is [\d.]+ MB more than counted .* are the weights once more/),
    ).toBeVisible();
  } finally {
    await browser.close();
  }
});

test('L-21: on WASM the lab says that memory is counted only', async ({ page }) => {
  await page.goto('/lab?method=head&steps=4&batch=2&length=16');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByText(/^Finished in/).first()).toBeVisible({ timeout: 120_000 });
  await expect(page.getByText(/^Counted only: on WASM/)).toBeVisible();
  await expect(page.getByRole('group', { name: 'Memory seen in this run' })).toHaveCount(0);
});
