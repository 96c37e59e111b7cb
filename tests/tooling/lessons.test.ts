/** The build takes a lesson, and refuses a broken one with its file, line and column. */
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../scripts/lib/paths.mjs';
import { lessons } from '../../src/lib/content/compile/plugin.ts';

const NAME = 'src/lib/content/lessons/preference-alignment.md';
let project = '';

/** A project with one lesson, and of ours what lessons refer to. */
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'rankroom-lesson-'));
  await mkdir(join(project, 'src/lib/content/lessons'), { recursive: true });
  await symlink(join(root, 'src/routes'), join(project, 'src/routes'), 'junction');
  await symlink(
    join(root, 'src/lib/measurements'),
    join(project, 'src/lib/measurements'),
    'junction',
  );
  await cp(
    join(root, 'src/lib/content/references.json'),
    join(project, 'src/lib/content/references.json'),
  );
});
afterAll(() => rm(project, { recursive: true, force: true }));

async function buildLesson(text: string): Promise<string> {
  const file = join(project, NAME);
  await writeFile(file, text);
  const output = await build({
    root: project,
    configFile: false,
    logLevel: 'silent',
    plugins: [lessons()],
    build: { ssr: file, write: false },
  });
  const [bundle] = [output].flat();
  return bundle && 'output' in bundle
    ? bundle.output.map((one) => ('code' in one ? one.code : '')).join()
    : '';
}

const lesson = (body: string) => `---
slug: preference-alignment
number: '05'
title: Preference alignment and RLHF
level: advanced
minutes: 5
access: public
summary: One section.
objectives:
  - id: one
    text: read one section
concepts: [preferences]
instruments: []
---

## One {#one}

${body}
`;

it('a lesson becomes a module', async () => {
  expect(await buildLesson(lesson('Two answers, one better.'))).toContain(
    'Two answers, one better.',
  );
});

it('a broken directive, a missing figure and an unknown reference fail the build, all at once', async () => {
  const text = lesson('::methds\n\n::figure[A bar.]{name=nope}\n\nSo they say :cite[nobody].');
  const message = await buildLesson(text).then(
    () => '',
    (error: unknown) => String(error),
  );
  expect(message).toContain(`${NAME}:18:1 There is no directive ::methds.`);
  expect(message).toContain(`${NAME}:20:1 There is no figure nope`);
  expect(message).toContain(`${NAME}:22:13 references.json has no nobody.`);
});

it('docs/authoring.md shows a lesson that builds', async () => {
  const guide = await readFile(join(root, 'docs/authoring.md'), 'utf8');
  const [, shown = ''] = /````markdown\n([^]*?)\n````/.exec(guide) ?? [];
  expect(shown).toMatch(/^---\nslug: preference-alignment/);
  expect(await buildLesson(shown)).toContain('preference-alignment');
});
