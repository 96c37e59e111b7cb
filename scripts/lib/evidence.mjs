/** What every evidence file says about itself: the commit, the machine and the command. */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, platform, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './paths.mjs';
import { note } from './steps.mjs';

const git = (/** @type {string[]} */ ...args) =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

/** @param {Record<string, string>} [versions] of what else the figures depend on, such as Chromium */
export function describeRun(versions = {}) {
  return {
    commit: git('rev-parse', 'HEAD'),
    /** Files that differ from the commit; evidence that counts has none. */
    uncommitted: git('status', '--porcelain', '--untracked-files=no').split('\n').filter(Boolean)
      .length,
    takenAt: new Date().toISOString(),
    command: `npm run ${process.env.npm_lifecycle_event ?? '(by hand)'}`,
    device: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
      system: `${platform()} ${release().split('-')[0]}`,
      node: process.versions.node,
      ...versions,
    },
  };
}

/**
 * @param {string} name file name under docs/evidence
 * @param {object} content
 */
export async function writeEvidence(name, content) {
  const file = join(root, 'docs/evidence', name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(content, null, 2) + '\n');
  note(`Wrote docs/evidence/${name}`);
}
