/**
 * `npm test`: installs what it needs, then runs every check and suite, one after the other.
 *
 *   npm test                      everything
 *   npm test -- --only=unit,e2e   these steps
 *   npm run test:gpu              those that emulate a GPU on the CPU, which takes minutes
 *
 * The last line is `N passed, N failed`: tests, and each check without tests of its own as one.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureChromium } from './lib/chromium.mjs';
import { stateFolder } from './lib/paths.mjs';
import { mustRun, run, tool } from './lib/process.mjs';
import { readCounts, summaryLine } from './lib/reports.mjs';
import { checkNode, ensureBuilt, ensureInstalled } from './lib/setup.mjs';
import { note, runMain, seconds, SetupError } from './lib/steps.mjs';

/** @typedef {import('./lib/reports.mjs').Counts} Counts */

const reports = join(stateFolder, 'reports');

/** @typedef {{ name: string, title: string, work: () => Promise<Counts>, onRequest?: boolean }} Step */

/** @type {Step[]} */
const STEPS = [
  check('format', 'Formatting (Prettier)', tool('prettier/bin/prettier.cjs', ['--check', '.'])),
  check('lint', 'Lint (ESLint)', tool('eslint/bin/eslint.js', ['.', '--max-warnings=0'])),
  check(
    'types',
    'Types (svelte-check)',
    tool('svelte-check/bin/svelte-check', ['--tsconfig', './tsconfig.json', '--fail-on-warnings']),
  ),
  check(
    'layers',
    'Layers (dependency-cruiser)',
    tool('dependency-cruiser/bin/dependency-cruise.mjs', [
      '--config',
      '.dependency-cruiser.cjs',
      ...['src', 'server', 'scripts', 'bench', 'tests'],
    ]),
  ),
  vitest('unit', 'Unit tests'),
  { name: 'build', title: 'Build', work: async () => (await ensureBuilt(), passedOnce) },
  vitest('tooling', 'Tests of the tooling'),
  vitest('db', 'Database tests'),
  vitest('live', 'Live tests over real sockets'),
  { name: 'e2e', title: 'End-to-end tests in Chromium', work: () => endToEnd('classroom') },
  {
    name: 'gpu',
    title: 'Tests on an emulated GPU',
    work: () => endToEnd('gpu'),
    onRequest: true,
  },
];

const passedOnce = { passed: 1, failed: 0, skipped: 0 };
const failedOnce = { passed: 0, failed: 1, skipped: 0 };

await runMain(async () => {
  const wanted = chooseSteps(process.argv.slice(2));
  await prepare().catch((error) => {
    console.log(summaryLine([failedOnce]));
    throw error;
  });

  const results = [];
  for (const one of wanted) results.push(await perform(one));

  console.log('\nSummary');
  for (const { name, counts, time } of results)
    console.log(`  ${name.padEnd(8)} ${time.padStart(8)}  ${summaryLine([counts])}`);
  console.log(summaryLine(results.map(({ counts }) => counts)));
  // Under CI everything is there that a suite could wait for.
  const skippedIsFailed = Boolean(process.env.CI);
  return results.some(({ counts }) => counts.failed > 0 || (skippedIsFailed && counts.skipped > 0))
    ? 1
    : 0;
});

/** @param {Step} one */
async function perform({ name, title, work }) {
  console.log(`\n▸ ${title} …`);
  const started = performance.now();
  const counts = await work().catch((error) => {
    console.error(error instanceof SetupError ? error.message : error);
    return failedOnce;
  });
  console.log(`${counts.failed ? '✗' : '✓'} ${title} (${seconds(started)})`);
  return { name, counts, time: seconds(started) };
}

async function prepare() {
  checkNode();
  await ensureInstalled();
  await mkdir(reports, { recursive: true });
  // Types of the routes, and the tsconfig.json that ours extends: every step reads them.
  await mustRun(...tool('@sveltejs/kit/svelte-kit.js', ['sync']), {
    quiet: true,
    failure: 'svelte-kit sync failed; its output is above.',
  });
}

/** @param {string[]} args */
function chooseSteps(args) {
  const names = STEPS.map(({ name }) => name);
  const only = args.map((arg) => /^--only=(.+)$/.exec(arg)?.[1]?.split(',') ?? [arg]).flat();
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new SetupError(
      `Unknown: ${unknown.join(', ')}. Use --only= with any of ${names.join(', ')}.`,
    );
  return only.length === 0
    ? STEPS.filter(({ onRequest }) => !onRequest)
    : STEPS.filter(({ name }) => only.includes(name));
}

/**
 * A step that passes when every command succeeds; output is shown only when one fails.
 * @param {string} name
 * @param {string} title
 * @param {[string, string[]][]} commands
 */
function check(name, title, ...commands) {
  return {
    name,
    title,
    work: async () => {
      for (const [command, args] of commands) {
        const { code, output } = await run(command, args, { quiet: true });
        if (code === 0) continue;
        console.log(output);
        return failedOnce;
      }
      return passedOnce;
    },
  };
}

/**
 * One vitest project.
 * @param {string} project
 * @param {string} title
 */
function vitest(project, title) {
  return {
    name: project,
    title,
    work: async () => {
      const file = join(reports, `${project}.json`);
      await rm(file, { force: true });
      const args = ['run', '--project', project, '--reporter=default', '--reporter=json'];
      const { code } = await run(
        ...tool('vitest/vitest.mjs', [...args, `--outputFile.json=${file}`]),
      );
      return readCounts('vitest', file, code);
    },
  };
}

/** @param {string} project of playwright.config.ts */
async function endToEnd(project) {
  await ensureChromium();
  await ensureBuilt();
  const file = join(reports, `e2e-${project}.json`);
  await rm(file, { force: true });
  note('One built server on an empty data folder serves them all');
  const args = ['test', `--project=${project}`, '--reporter=list,json'];
  const { code } = await run(...tool('@playwright/test/cli.js', args), {
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file },
  });
  return readCounts('playwright', file, code);
}
