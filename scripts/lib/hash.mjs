/** One hash over a set of source files, so that a build is made again exactly when something it reads changed. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What `npm run build` reads. Tests beside sources are left out: editing one is no reason to build. */
export const BUILD_SOURCES = [
  'src',
  'server',
  'static',
  'drizzle',
  'scripts/lib/compress.mjs',
  'svelte.config.js',
  'vite.config.ts',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
];
const NOT_BUILT = /\.test\.ts$/;

/**
 * SHA-256 over names and contents of the files under `entries`, independent of file order and times.
 * @param {string} base folder the entries are relative to
 * @param {string[]} entries files or folders; one that does not exist counts as absent
 * @returns {Promise<string>} hex
 */
export async function hashSources(base, entries) {
  const hash = createHash('sha256');
  for (const file of (await listFiles(base, entries)).sort()) {
    const content = await readFile(join(base, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/**
 * @param {string} base
 * @param {string[]} entries
 * @returns {Promise<string[]>}
 */
async function listFiles(base, entries) {
  /** @type {string[]} */
  const files = [];
  for (const entry of entries) {
    const found = await stat(join(base, entry)).catch(() => null);
    if (found?.isDirectory()) {
      const names = await readdir(join(base, entry));
      files.push(
        ...(await listFiles(
          base,
          names.map((name) => `${entry}/${name}`),
        )),
      );
    } else if (found && !NOT_BUILT.test(entry)) files.push(entry);
  }
  return files;
}
