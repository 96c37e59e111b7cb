/** Child processes: npm, the tools under node_modules, and anything else, with output shown or kept. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { SetupError } from './steps.mjs';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {Record<string, string | undefined>} [env] added to this process's environment
 * @property {boolean} [quiet] keep the output and show it only on failure
 */

/**
 * Runs a command to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, output: string }>} `output` is empty unless `quiet`
 */
export function run(command, args, { cwd = root, env = {}, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    let output = '';
    const keep = (/** @type {string} */ chunk) => (output += chunk);
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Runs a command that must succeed.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions & { failure: string }} options `failure` is the sentence shown when it does not
 */
export async function mustRun(command, args, { failure, ...options }) {
  const { code, output } = await run(command, args, options);
  if (code === 0) return;
  if (output) console.error(output);
  throw new SetupError(failure);
}

/**
 * npm as a command line. Under `npm start` the running npm names itself, which also avoids `npm.cmd`
 * and a shell on Windows; otherwise it is looked up on PATH.
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
export function npm(args) {
  const cli = process.env.npm_execpath;
  if (cli && cli.endsWith('.js')) return [process.execPath, [cli, ...args]];
  return process.platform === 'win32' ? ['cmd', ['/c', 'npm', ...args]] : ['npm', args];
}

/**
 * A JavaScript file inside an installed package, run with this Node.
 * @param {string} file path under node_modules, for example `vite/bin/vite.js`
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
export const tool = (file, args) => [process.execPath, [join(root, 'node_modules', file), ...args]];
