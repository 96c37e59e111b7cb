/**
 * `npm run evidence:startup`: how long the first and the second `npm start` take in a fresh clone with an
 * empty npm cache; with `-- --test`, `npm test` too. Writes docs/evidence/2-startup.json.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describeRun, writeEvidence } from '../lib/evidence.mjs';
import { root } from '../lib/paths.mjs';
import { mustRun } from '../lib/process.mjs';
import { freePort, removeFolder, temporaryFolder } from '../lib/server.mjs';
import { runMain, step } from '../lib/steps.mjs';

const LIMIT_MS = 15 * 60_000;

await runMain(async () => {
  const folder = await temporaryFolder();
  const clone = join(folder, 'rankroom');
  const env = cleanEnvironment(join(folder, 'npm-cache'));
  try {
    await mustRun('git', ['clone', '--quiet', '--no-hardlinks', root, clone], {
      failure: 'The checkout could not be cloned.',
    });
    const samples = [];
    for (const what of ['first npm start', 'second npm start'])
      samples.push(await step(what, () => timeStart(what, clone, env)));
    if (process.argv.includes('--test'))
      samples.push(await step('npm test', () => timeTest(clone, env)));
    await writeEvidence('2-startup.json', { ...describeRun(), samples });
  } finally {
    await removeFolder(folder);
  }
});

/**
 * This process's environment without what the npm around it has set, and with a cache of its own.
 * @param {string} cache
 */
function cleanEnvironment(cache) {
  const inherited = Object.entries(process.env).filter(
    ([key]) => !key.startsWith('npm_') && key !== 'DATABASE_URL' && key !== 'NODE_ENV',
  );
  return { ...Object.fromEntries(inherited), npm_config_cache: cache };
}

/**
 * From the command to the first answer of the server, and the address and link it printed.
 * @param {string} what
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} env
 */
async function timeStart(what, cwd, env) {
  const port = String(await freePort());
  const started = performance.now();
  // A group of its own: npm, its shell and the server end together.
  const child = spawn('npm', ['start'], {
    cwd,
    env: { ...env, PORT: port },
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    while (
      !(await fetch(`http://localhost:${port}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      ))
    ) {
      if (child.exitCode !== null || performance.now() - started > LIMIT_MS)
        throw new Error(`npm start did not serve:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const servedAfter = elapsed(started);
    await new Promise((resolve) => setTimeout(resolve, 500));
    return {
      what,
      seconds: servedAfter,
      steps: output.split('\n').filter((line) => /^[✓·]/.test(line)),
      printedInstructorLink: /\/setup\?token=/.test(output),
    };
  } finally {
    if (child.exitCode === null && child.pid) process.kill(-child.pid, 'SIGTERM');
    await ended;
  }
}

/**
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} env
 */
async function timeTest(cwd, env) {
  const started = performance.now();
  const child = spawn('npm', ['test'], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
    process.stdout.write(chunk);
  });
  const exitCode = await new Promise((resolve) => child.once('close', resolve));
  const lines = output.trimEnd().split('\n');
  return {
    what: 'npm test',
    seconds: elapsed(started),
    exitCode,
    summary: lines.slice(lines.lastIndexOf('Summary') + 1),
  };
}

/** @param {number} started a `performance.now()` reading */
function elapsed(started) {
  return Math.round(performance.now() - started) / 1000;
}
