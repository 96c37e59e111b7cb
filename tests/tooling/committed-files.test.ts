/** What is committed names no machine: no home folder, no temporary checkout, no package registry. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../scripts/lib/paths.mjs';

const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && !/\.(safetensors|br|woff2|png|jpe?g|onnx|bin)$/.test(path));

/** Patterns are assembled so that this file does not match itself. */
const FORBIDDEN: [name: string, pattern: RegExp][] = [
  ['a home folder', new RegExp(`/${'home'}/[a-z]|/${'Users'}/[A-Za-z]|/${'root'}/`)],
  ['a checkout on one machine', new RegExp(`(?<![\\w.])/${'work'}/`)],
  [
    'a package registry',
    new RegExp(
      `${'registry'}\\.(npmjs|yarnpkg|npmmirror)\\.|${'artif'}actory|${'/repository'}/npm`,
      'i',
    ),
  ],
];

it.each(FORBIDDEN)('no committed file names %s', (_name, pattern) => {
  const found = tracked.filter((path) => pattern.test(readFileSync(join(root, path), 'utf8')));
  expect(found).toEqual([]);
});

it('the lock file pins every package by its hash and names no address', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { resolved?: string; integrity?: string }>;
  };
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  expect(packages.filter(([, { resolved }]) => resolved).map(([path]) => path)).toEqual([]);
  expect(packages.filter(([, { integrity }]) => !integrity).map(([path]) => path)).toEqual([]);
});
