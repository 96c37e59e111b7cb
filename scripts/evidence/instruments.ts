/**
 * `npm run evidence:instruments`: what the instruments must be seen to do. Runs their end-to-end files on the built server
 * in Chromium (pointer, touch, keys alone, address, phrases of the lesson, axe) and the tests that hold the explorer's
 * numbers to those of Python's transformers; takes pictures. Writes docs/evidence/7-instruments.json and
 * docs/evidence/screens/7-*.jpg.
 */
import { chromium, type Browser } from 'playwright';
import { join } from 'node:path';
import { INSTRUMENTS } from '../../src/lib/content/instruments.ts';
import { CHROMIUM_ARGS, ensureChromium } from '../lib/chromium.mjs';
import { describeRun, writeEvidence } from '../lib/evidence.mjs';
import { root } from '../lib/paths.mjs';
import { removeFolder, startServer, temporaryFolder } from '../lib/server.mjs';
import { ensureBuilt } from '../lib/setup.mjs';
import { runMain } from '../lib/steps.mjs';
import { runSpecs } from './run-specs.ts';
import { runTests } from './run-tests.ts';

const SPECS = ['architecture-explorer', 'optimization-explorer', 'lora-lab', 'optimiser-paths'];
const WINDOWS = [
  { name: '360-light', width: 360, height: 740, colorScheme: 'light' },
  { name: '360-dark', width: 360, height: 740, colorScheme: 'dark' },
  { name: '1440-light', width: 1440, height: 900, colorScheme: 'light' },
  { name: '1440-dark', width: 1440, height: 900, colorScheme: 'dark' },
] as const;
/** For the model to arrive and be drawn, in ms. */
const PATIENCE = 8_000;

await runMain(async () => {
  await ensureBuilt();
  const executablePath = await ensureChromium();
  const uses = await runSpecs(SPECS);
  const numbers = await runTests('src/lib/engine/inspect/inspector.test.ts');
  const data = await temporaryFolder();
  const server = await startServer({ data });
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
  try {
    // Before the pictures: they stand in the checkout, and would count as changes.
    const described = describeRun({ chromium: browser.version() });
    const screens = await takeScreens(browser, server.url);
    await writeEvidence('7-instruments.json', { ...described, uses, numbers, screens });
  } finally {
    await browser.close();
    await server.stop();
    await removeFolder(data);
  }
});

/** @returns the files that were written */
async function takeScreens(browser: Browser, url: string): Promise<string[]> {
  const files: string[] = [];
  for (const { name, width, height, colorScheme } of WINDOWS) {
    const context = await browser.newContext({
      baseURL: url,
      viewport: { width, height },
      colorScheme,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    for (const { slug } of INSTRUMENTS) {
      await page.goto(`/tools/${slug}`);
      await page.waitForTimeout(PATIENCE);
      const file = `docs/evidence/screens/7-${slug}-${name}.jpg`;
      await page
        .locator('.instrument')
        .screenshot({ path: join(root, file), type: 'jpeg', quality: 60 });
      files.push(file);
    }
    await context.close();
  }
  return files;
}
