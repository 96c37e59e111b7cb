/** A GPU that goes away in mid-run: the run goes on. */
import { chromium } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/lib/chromium.mjs';
import { checkpointedStep, keysOf } from './support/browser-database.ts';
import { disguise } from './support/disguised-gpu.ts';
import { evaluateLittle } from './support/evaluate-little.ts';
import { expect, test } from './support/test.ts';

const LONG = { timeout: 240_000 };

test('a run whose GPU is lost goes on with WebGPU once, then with WASM, and ends under its id (K-4)', async ({
  server,
}) => {
  test.setTimeout(900_000);
  const browser = await chromium.launch({
    executablePath: findChromium() ?? undefined,
    args: [...CHROMIUM_ARGS, '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  });
  try {
    const context = await browser.newContext({ baseURL: server.url });
    await disguise(context);
    await evaluateLittle(context);
    const page = await context.newPage();
    const loseGpu = () =>
      page.evaluate(() => new BroadcastChannel('test:lose-gpu').postMessage('now'));
    const step = async () => (await checkpointedStep(page)) ?? 0;

    await page.goto('/lab?method=head&steps=400&batch=4&length=16');
    await expect(page.getByText('Trainable parameters')).toBeVisible();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await expect.poll(step, LONG).toBeGreaterThan(0);
    const [id] = await keysOf(page, 'unfinished');
    const first = await step();
    await loseGpu();
    await expect(page.getByText(/WebGPU was lost at step \d+; going on with WebGPU/)).toBeVisible();
    await expect.poll(step, LONG).toBeGreaterThan(first);

    await loseGpu();
    await expect(page.getByText(/WebGPU was lost at step \d+; going on with WASM/)).toBeVisible();
    await expect(page.getByText(/^Finished in/).first()).toBeVisible(LONG);
    await expect.poll(() => keysOf(page, 'runs')).toEqual([id]);
  } finally {
    await browser.close();
  }
});
