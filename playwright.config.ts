/** End-to-end tests: real Chromium against the built server (`npm run build` first, or `npm test`). */
import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium, findHeadlessChromium } from './scripts/lib/chromium.mjs';

/** WebGPU is emulated on the CPU there, which takes minutes: `npm run test:gpu`. */
const GPU = /(gpu-lost|gpu-memory|webgpu-placement)\.spec\.ts$/;

const browser = (executablePath: string | null) => ({
  launchOptions: { executablePath: executablePath ?? undefined, args: CHROMIUM_ARGS },
});

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results',
  // One class at a time: students in one test already share the machine's cores.
  workers: 1,
  projects: [
    { name: 'classroom', testIgnore: GPU, use: browser(findHeadlessChromium()) },
    { name: 'gpu', testMatch: GPU, use: browser(findChromium()) },
  ],
  fullyParallel: false,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 180_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    // Waiting for a control that is not there should not use up a test's whole time.
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    // Recording one takes a sixth of the time of all tests: `npx playwright test --trace on FILE`.
    trace: 'off',
    screenshot: 'only-on-failure',
  },
});
