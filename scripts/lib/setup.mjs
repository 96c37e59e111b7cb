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

/** What the packages run on: npm refuses to install them on any other. */
const NODE = 'Node 20.19, 22.13, 24 or newer';
/** The lowest minor version by major one; every version from 24 on will do. */
const NODE_MINORS = { 20: 19, 22: 13 };

/** @throws {SetupError} on a Node this project does not run on */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major >= 24 || minor >= (NODE_MINORS[/** @type {20} */ (major)] ?? Infinity)) return;
  throw new SetupError(
    `Rankroom needs ${NODE}; this is ${version}. Install one of these and run the command again.`,
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
  const machine = thisMachine();
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      (present[path] ? present[path].version === entry.version : !isForThisMachine(entry, machine)),
  );
}

/**
 * Optional packages of other platforms are in the lock file and not installed. One of this platform's that is missing
 * could not be fetched: npm passes over that, and the build would fail for want of it.
 * @param {{ optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} entry
 * @param {Machine} machine
 */
export function isForThisMachine({ optional, os, cpu, libc }, machine) {
  if (!optional) return true;
  // Optional everywhere, as a peer that nobody asked for: npm may leave it out.
  if (!os && !cpu) return false;
  return (
    (!os || os.includes(machine.os)) &&
    (!cpu || cpu.includes(machine.cpu)) &&
    (!libc || machine.libc === null || libc.includes(machine.libc))
  );
}

/** @typedef {{ os: string, cpu: string, libc: string | null }} Machine */

/** @returns {Machine} */
function thisMachine() {
  const { platform, arch, report } = process;
  const glibc = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (report?.getReport())
    ?.header?.glibcVersionRuntime;
  return {
    os: platform,
    cpu: arch,
    libc: platform === 'linux' ? (glibc ? 'glibc' : 'musl') : null,
  };
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
