/** The context of this project's lessons, read from its files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { recipeToQuery } from '../../lab/recipe-url.ts';
import type { MethodsReport } from '../../measurements/report.ts';
import { BROKEN_RECIPES } from '../broken-recipes.ts';
import { LESSONS } from '../course.ts';
import { INSTRUMENTS } from '../instruments.ts';
import type { CompileContext } from './context.ts';
import { countGuideMemory } from './guide-memory.ts';
import { headingIds } from './headings.ts';
import type { Highlight } from './highlight.ts';
import { parseJson, parseReferences } from './json.ts';
import { parseMarkdown } from './parse.ts';

export interface Disk {
  context: CompileContext;
  /** Files that lessons rest on besides themselves. */
  files: string[];
}

/** @param root of the project */
export function readDisk(root: string, highlight: Highlight): Disk {
  const content = join(root, 'src/lib/content');
  const lessons = join(content, 'lessons');
  const referencesFile = join(content, 'references.json');
  const reportFile = join(root, 'src/lib/measurements/methods.json');
  const read = (file: string) => readFileSync(file, 'utf8');
  const named = (file: string) => relative(root, file).split(sep).join('/');
  const names = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
  let memory: ReturnType<typeof countGuideMemory> | null = null;

  const context: CompileContext = {
    course: LESSONS,
    headingsOf: (slug) => {
      const file = join(lessons, `${slug}.md`);
      return existsSync(file) ? headingIds(parseMarkdown(read(file))) : null;
    },
    paths: pagesOf(join(root, 'src/routes')),
    references: parseReferences(read(referencesFile), named(referencesFile)),
    report: parseJson(read(reportFile), named(reportFile)) as MethodsReport,
    brokenRecipes: BROKEN_RECIPES.map(({ id, title, recipe, fix }) => ({
      id,
      title,
      broken: recipeToQuery(recipe),
      repaired: recipeToQuery(fix(recipe)),
    })),
    built: new Set(
      INSTRUMENTS.filter(({ slug }) =>
        existsSync(join(root, 'src/lib/instruments', slug, 'Instrument.svelte')),
      ).map(({ name }) => name),
    ),
    figures: new Set(
      names(join(content, 'figures'))
        .filter((name) => name.endsWith('.svelte'))
        .map((name) => name.replace(/\.svelte$/, '')),
    ),
    guideMemory: () => (memory ??= countGuideMemory()),
    highlight,
  };
  return { context, files: [referencesFile, reportFile] };
}

/** Paths of the pages whose address has no parameter. */
function pagesOf(routes: string): Set<string> {
  const found = new Set<string>();
  const visit = (folder: string, path: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && !entry.name.startsWith('['))
        visit(join(folder, entry.name), `${path}/${entry.name}`);
      else if (entry.name === '+page.svelte') found.add(path || '/');
    }
  };
  visit(routes, '');
  return found;
}
