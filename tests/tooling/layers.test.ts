/** The layer rules catch what they forbid: each is broken on purpose in a small tree and must be reported. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/lib/paths.mjs';

const ok = 'export const ok = 1;\n';

/** A tree without a violation; every plant adds to it. */
const SOUND: Record<string, string> = {
  'src/lib/engine/formats/recipe.ts': `import * as v from 'valibot';\nexport const schema = v.string();\n`,
  'src/lib/engine/graph/graph.ts': `export interface Graph { nodes: number }\n`,
  'src/lib/engine/model/llama.ts': `import type { Graph } from '../graph/graph.ts';\nexport type Llama = Graph;\n`,
  'src/lib/leaderboard/rank.ts': `export const rank = () => [];\n`,
  'src/lib/live/session.ts': `import { rank } from '../leaderboard/rank.ts';\nexport const session = rank;\n`,
  'src/lib/live/client.svelte.ts': `import { session } from './session.ts';\nexport const client = session;\n`,
  'src/lib/ui/Button.svelte': `<script lang="ts">\n  import { client } from '$lib/live/client.svelte.ts';\n</script>\n\n<button>{client.length}</button>\n`,
  'server/root.ts': `import { session } from '../src/lib/live/session.ts';\nexport const app = session;\n`,
  'src/routes/+page.server.ts': `import { app } from '$server/root.ts';\nexport const load = () => ({ n: app.length });\n`,
  'src/routes/+page.svelte': `<script lang="ts">\n  import Button from '$lib/ui/Button.svelte';\n  import { page } from '$app/state';\n</script>\n\n<Button />{page.url}\n`,
};

interface Plant {
  rule: string;
  why: string;
  files: Record<string, string>;
}

const PLANTS: Plant[] = [
  {
    rule: 'engine-stands-alone',
    why: 'the engine imports the leaderboard through the alias',
    files: { 'src/lib/engine/model/bad.ts': `export { rank } from '$lib/leaderboard/rank.ts';\n` },
  },
  {
    rule: 'engine-packages',
    why: 'the engine imports Svelte',
    files: { 'src/lib/engine/model/bad.ts': `export { writable } from 'svelte/store';\n` },
  },
  {
    rule: 'engine-packages',
    why: 'the engine imports Kit',
    files: { 'src/lib/engine/model/bad.ts': `export { browser } from '$app/environment';\n` },
  },
  {
    rule: 'engine-node',
    why: 'the engine reads a file',
    files: { 'src/lib/engine/model/bad.ts': `export { readFileSync } from 'node:fs';\n` },
  },
  {
    rule: 'graph-is-the-bottom',
    why: 'the graph knows the recipe',
    files: { 'src/lib/engine/graph/bad.ts': `export { schema } from '../formats/recipe.ts';\n` },
  },
  {
    rule: 'leaderboard-stands-alone',
    why: 'ranking knows the session, as a type',
    files: { 'src/lib/leaderboard/bad.ts': `export type { session } from '../live/session.ts';\n` },
  },
  {
    rule: 'instruments-stand-alone',
    why: 'an instrument knows a class',
    files: {
      'src/lib/instruments/bad/bad.ts': `export { session } from '../../live/session.ts';\n`,
    },
  },
  {
    rule: 'nothing-below-instruments',
    why: 'the lab imports an instrument',
    files: {
      'src/lib/instruments/good/state.ts': ok,
      'src/lib/lab/bad.ts': `export { ok } from '../instruments/good/state.ts';\n`,
    },
  },
  {
    rule: 'lib-below-routes',
    why: 'a library module imports a route',
    files: { 'src/lib/live/bad.ts': `export { load } from '../../routes/+page.server.ts';\n` },
  },
  {
    rule: 'lib-without-server',
    why: 'a component imports the server through the alias',
    files: {
      'src/lib/ui/Bad.svelte': `<script lang="ts">\n  import { app } from '$server/root.ts';\n</script>\n\n{app}\n`,
    },
  },
  {
    rule: 'browser-without-server',
    why: 'a page imports the server through the alias',
    files: {
      'src/routes/bad/+page.svelte': `<script lang="ts">\n  import { app } from '$server/root.ts';\n</script>\n\n{app}\n`,
    },
  },
  {
    rule: 'browser-without-server',
    why: 'a load function that also runs in the browser imports a private module',
    files: {
      'src/routes/bad/secret.server.ts': ok,
      'src/routes/bad/+page.ts': `export { ok } from './secret.server.ts';\n`,
    },
  },
  {
    rule: 'server-without-views',
    why: 'the server imports a view',
    files: { 'server/bad.ts': `export { default } from '../src/lib/ui/Button.svelte';\n` },
  },
  {
    rule: 'server-without-views',
    why: 'the server imports the browser half of the live layer',
    files: { 'server/bad.ts': `export { client } from '../src/lib/live/client.svelte.ts';\n` },
  },
  {
    rule: 'product-without-tooling',
    why: 'the server imports a script',
    files: {
      'scripts/tool.mjs': ok,
      'server/bad.ts': `export { ok } from '../scripts/tool.mjs';\n`,
    },
  },
  {
    rule: 'no-unresolvable',
    why: 'an import points nowhere',
    files: { 'src/lib/live/bad.ts': `export { gone } from './gone.ts';\n` },
  },
  {
    rule: 'no-circular',
    why: 'two modules need each other',
    files: {
      'src/lib/live/a.ts': `import { b } from './b.ts';\nexport const a = (): unknown => b;\n`,
      'src/lib/live/b.ts': `import { a } from './a.ts';\nexport const b = (): unknown => a;\n`,
    },
  },
  { rule: 'no-orphans', why: 'a module nobody uses', files: { 'src/lib/live/alone.ts': ok } },
];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rankroom-layers-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Names of the rules broken in a tree of `files`. */
async function violations(name: string, files: Record<string, string>): Promise<string[]> {
  const tree = join(folder, name);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), content);
  }
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'), 'junction');
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(root, '.dependency-cruiser.cjs');
  const folders = ['src', 'server', ...('scripts/tool.mjs' in files ? ['scripts'] : [])];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [cruiser, '--config', config, '--output-type', 'json', ...folders],
    { cwd: tree, maxBuffer: 64 * 1024 * 1024 },
  );
  const report = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[] } };
  return report.summary.violations.map(({ rule }) => rule.name);
}

describe('layers', () => {
  it('finds nothing in a sound tree', async () => {
    expect(await violations('sound', SOUND)).toEqual([]);
  });

  it.each(PLANTS.map((plant, index) => ({ ...plant, index })))(
    '$rule: $why',
    async ({ rule, files, index }) => {
      expect(await violations(`plant-${index}`, { ...SOUND, ...files })).toContain(rule);
    },
  );
});
