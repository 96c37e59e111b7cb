/** docs/SPEC.md and the tests speak of the same rules: each is cited by a test, and no test cites one that is not there. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { root } from '../../scripts/lib/paths.mjs';

const RULE = /^- \*\*([A-Z]-\d+)\*\*/gm;
/** A rule, and both ends of a range of them. */
const CITED = /\b([A-Z])-(\d+)(?:\s*[–-]\s*(?:\1-)?(\d+))?\b/g;

/** What is said beside the tests tests nothing. */
const COMMENT = /\/\*[^]*?\*\/|^\s*\/\/.*$/gm;

let rules: Set<string>;
let cited: Map<string, string>;

beforeAll(async () => {
  const spec = await readFile(join(root, 'docs/SPEC.md'), 'utf8');
  rules = new Set([...spec.matchAll(RULE)].map(([, id]) => id!));
  const letters = new Set([...rules].map((id) => id[0]));
  cited = new Map();
  for (const folder of ['src', 'server', 'tests', 'scripts', 'bench'])
    for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true }))
      if (entry.isFile() && /\.(test|spec)\.ts$|suite\.ts$/.test(entry.name)) {
        const path = join(entry.parentPath, entry.name);
        const tests = (await readFile(path, 'utf8')).replace(COMMENT, '');
        for (const [, letter, from, to] of tests.matchAll(CITED))
          if (letters.has(letter))
            for (let number = Number(from); number <= Number(to ?? from); number++)
              cited.set(`${letter}-${number}`, path);
      }
});

it('cites every rule of docs/SPEC.md in a test', () => {
  expect([...rules].filter((id) => !cited.has(id))).toEqual([]);
});

it('cites no rule that docs/SPEC.md does not have', () => {
  expect([...cited].filter(([id]) => !rules.has(id))).toEqual([]);
});
