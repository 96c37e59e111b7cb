/**
 * `npm run evidence:course`: what the course must be seen to do. Runs the end-to-end files of the reader, the accounts
 * and the passes on the built server in Chromium, and the tests that train each broken recipe and that break a lesson;
 * takes pictures of lesson 04 from its start to its end. Writes docs/evidence/6-course.json and
 * docs/evidence/screens/6-*.jpg.
 */
import { chromium } from 'playwright';
import { ensureChromium, CHROMIUM_ARGS } from '../lib/chromium.mjs';
import { describeRun, writeEvidence } from '../lib/evidence.mjs';
import { removeFolder, startServer, temporaryFolder } from '../lib/server.mjs';
import { ensureBuilt } from '../lib/setup.mjs';
import { runMain } from '../lib/steps.mjs';
import { takeCourseScreens } from './course-screens.ts';
import { runSpecs } from './run-specs.ts';
import { runTests } from './run-tests.ts';

await runMain(async () => {
  await ensureBuilt();
  const executablePath = await ensureChromium();
  const reader = await runSpecs(['lesson', 'accounts', 'passes']);
  const broken = await runTests('src/lib/content/broken-recipes.test.ts');
  const lessons = await runTests('tests/tooling/lessons.test.ts');
  const data = await temporaryFolder();
  const server = await startServer({ data });
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
  try {
    // Before the pictures: they stand in the checkout, and would count as changes.
    const described = describeRun({ chromium: browser.version() });
    const screens = await takeCourseScreens(browser, server);
    await writeEvidence('6-course.json', { ...described, reader, broken, lessons, screens });
  } finally {
    await browser.close();
    await server.stop();
    await removeFolder(data);
  }
});
