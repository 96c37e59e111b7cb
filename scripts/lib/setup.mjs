/**
 * What `npm start` and `npm test` do before their own work: check Node, install, build. Each step is
 * skipped when its result is already there. Node built-ins only: this runs before anything is installed.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD_SOURCES, hashSources } from './hash.mjs';
import { root, stateFolder } from './paths.mjs';
import { mustRun, npm } from './process.mjs';
import { note, SetupError, step } from './steps.mjs';

const NODE_MINIMUM = { major: 20, minor: 19 };

/** @throws {SetupError} on a Node this project does not run on */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NODE_MINIMUM.major || (major === NODE_MINIMUM.major && minor >= NODE_MINIMUM.minor))
    return;
  throw new SetupError(
    `Rankroom needs Node ${NODE_MINIMUM.major}.${NODE_MINIMUM.minor} or newer; this is ${version}. Install a newer Node and run the command again.`,
  );
}

/** Installs the locked packages unless node_modules already holds them. */
export async function ensureInstalled() {
  if (await isInstalled()) return note('Packages are installed');
  await step('Installing packages (the first time takes a minute or two)', () =>
    // --include=dev: NODE_ENV=production would leave out what the build needs.
    mustRun(...npm(['ci', '--include=dev', '--no-audit', '--no-fund']), {
      failure:
        'Installing packages failed; npm says why above. Nothing else was changed: fix it and run the command again.',
    }),
  );
}

/**
 * Whether node_modules is what package-lock.json asks for. npm writes its own record of an install last
 * (`node_modules/.package-lock.json`), so an interrupted install counts as none.
 * @returns {Promise<boolean>}
 */
async function isInstalled() {
  const record = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(await readFile(record, 'utf8')).packages;
  return Object.entries(wanted).every(
    // Optional packages of other platforms are in the lock file and not installed.
    ([path, { version, optional }]) =>
      path === '' || (present[path] ? present[path].version === version : optional),
  );
}

/**
 * Builds the app and the server unless the build on disk came from these very sources.
 * @returns {Promise<void>}
 */
export async function ensureBuilt() {
  const stamp = join(stateFolder, 'build.json');
  const hash = await hashSources(root, BUILD_SOURCES);
  const outputs = ['build/handler.js', 'build-server/index.js'].map((file) => join(root, file));
  const built = await readFile(stamp, 'utf8').then(JSON.parse, () => ({}));
  if (built.hash === hash && outputs.every(existsSync)) return note('The build is up to date');
  await step('Building the app and the server', async () => {
    await rm(stamp, { force: true });
    await mustRun(...npm(['run', '--silent', 'build']), {
      quiet: !process.env.RANKROOM_VERBOSE,
      failure: 'The build failed; its output is above.',
    });
    await mkdir(stateFolder, { recursive: true });
    await writeFile(stamp, JSON.stringify({ hash }) + '\n');
  });
}
