/** The built server as a child process, on a port and a data folder of its own: for tests and for evidence. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './paths.mjs';

/**
 * @typedef {object} RunningServer
 * @property {number} pid
 * @property {string} url without a trailing slash
 * @property {string} data its data folder
 * @property {() => Promise<string>} setupPath path and query of the one-time instructor link; waits until it is printed
 * @property {() => string} output everything it has printed
 * @property {(signal?: NodeJS.Signals) => Promise<void>} stop ends it and waits for its end
 */

const START_LIMIT_MS = 60_000;
/** The link is printed shortly after the server answers. */
const LINK_LIMIT_MS = 10_000;

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

/** @returns {Promise<string>} a new empty folder; the caller removes it */
export const temporaryFolder = () => mkdtemp(join(tmpdir(), 'rankroom-'));

/** @param {string} folder */
export const removeFolder = (folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 });

/** @returns {Promise<number>} a port nobody listens on */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/**
 * Starts the built server and waits until it answers.
 * @param {{ data: string, port?: number, env?: Record<string, string> }} options
 * @returns {Promise<RunningServer>}
 */
export async function startServer({ data, port, env = {} }) {
  const chosen = port ?? (await freePort());
  const url = `http://localhost:${chosen}`;
  const child = spawn(process.execPath, [join(root, 'build-server/index.js')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: String(chosen),
      HOST: 'localhost',
      RANKROOM_DATA: data,
      DATABASE_URL: undefined,
      ...env,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => (output += chunk));
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => child.once('close', () => resolve()));
  /** @param {NodeJS.Signals} [signal] */
  const stop = async (signal = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };

  const limit = Date.now() + START_LIMIT_MS;
  while (!(await answers(url))) {
    if (child.exitCode !== null || Date.now() > limit) {
      await stop('SIGKILL');
      throw new Error(`The server did not start:\n${output}`);
    }
    await pause();
  }
  const setupPath = async () => {
    for (const limit = Date.now() + LINK_LIMIT_MS; Date.now() < limit; await pause()) {
      const path = /\/setup\?token=[\w-]+/.exec(output)?.[0];
      if (path) return path;
    }
    throw new Error(`The server printed no instructor link:\n${output}`);
  };
  return { pid: child.pid ?? 0, url, data, setupPath, output: () => output, stop };
}

/** @param {string} url */
const answers = (url) =>
  fetch(`${url}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
