/**
 * The property tests of recipes at length, from a seed that is new each time and printed:
 *
 *   npm run test:properties [-- RUNS [SEED]]
 *
 * Node's own modules and the project's test runner only. A counterexample comes with the seed that finds it again.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join, dirname } from 'node:path';
import { root } from './lib/paths.mjs';

const [runs = '1000', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);
console.log(`${runs} recipes, seed ${seed}`);
const vitest = join(
  dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
  'vitest.mjs',
);
const file = 'src/lib/engine/train/recipe-properties.test.ts';
const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', 'unit', file], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PROPERTY_RUNS: runs, PROPERTY_SEED: seed },
});
process.exit(status ?? 1);
