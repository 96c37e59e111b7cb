/** The Chromiums that tests and evidence run in: found on the machine, or installed where that is possible. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { run, tool } from './process.mjs';
import { note, SetupError, step } from './steps.mjs';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const SHELL = '/usr/bin/chromium-headless-shell';

/** Chrome's sandbox refuses to start as root, which is how containers run. */
export const CHROMIUM_ARGS = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-background-networking',
  // A student's tab in the background must train on in a test as if it were in front.
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
];

/**
 * Path of a Chromium that starts, or null. `CHROMIUM_PATH` decides when it is set.
 * @returns {string | null}
 */
export function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  const places = named ? [named] : [...USUAL_PLACES, playwrightsOwn()];
  return places.find((path) => path !== null && starts(path)) ?? null;
}

/**
 * Chromium without the browser's own windows, each of which is two more processes: what it has in common with Chromium,
 * which is all but the GPU, it does sooner. Path of one that starts, or of a whole Chromium, or null.
 * @returns {string | null}
 */
export function findHeadlessChromium() {
  return !process.env.CHROMIUM_PATH && starts(SHELL) ? SHELL : findChromium();
}

/** @returns {Promise<string>} path of a Chromium that starts */
export async function ensureChromium() {
  const found = findChromium();
  if (found) {
    note(`Chromium: ${found}`);
    return found;
  }
  const installers = [
    ['Downloading Chromium for Playwright', ...tool('playwright/cli.js', ['install', 'chromium'])],
    ...(mayUseApt() ? [['Installing Chromium with apt-get', ...aptInstall]] : []),
  ];
  for (const [title, command, args] of /** @type {[string, string, string[]][]} */ (installers)) {
    await step(title, () => run(command, args, { quiet: true }));
    const installed = findChromium();
    if (installed) return installed;
  }
  throw new SetupError(
    'The tests need Chromium and none could be installed. Install chromium or google-chrome, or set CHROMIUM_PATH to one, and run the command again.',
  );
}

/** @type {[string, string[]]} */
const aptInstall = [
  'sh',
  [
    '-c',
    // The second is not in every Debian, and the first does without it.
    'apt-get update && apt-get install -y chromium && { apt-get install -y chromium-headless-shell || true; }',
  ],
];

/**
 * On Windows `--version` opens a browser, so that there its being there must do.
 * @param {string} path
 */
const starts = (path) =>
  existsSync(path) &&
  (process.platform === 'win32' ||
    spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0);

const mayUseApt = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/** @returns {string | null} */
function playwrightsOwn() {
  try {
    return createRequire(import.meta.url)('playwright').chromium.executablePath();
  } catch {
    return null;
  }
}
