/** One lesson: from its Markdown to what the page shows. Pure; nothing is read but the arguments. */
import type { Definition, Heading, Root, RootContent } from 'mdast';
import type { CompiledLesson, Section } from '../lesson.ts';
import { Blocks } from './blocks.ts';
import { Citations } from './citations.ts';
import type { CompileContext } from './context.ts';
import { checkDirectives } from './directives.ts';
import { Faults } from './fault.ts';
import { readFrontMatter } from './front-matter.ts';
import { readHeadings } from './headings.ts';
import { createHtml } from './html.ts';
import { parseMarkdown, plainText, refuseForeign, walk } from './parse.ts';
import { Runs } from './runs.ts';

/**
 * @param file as faults shall name it; its base name is the lesson's slug
 * @throws {LessonError} with every fault
 */
export function compileLesson(
  source: string,
  file: string,
  context: CompileContext,
): CompiledLesson {
  const faults = new Faults();
  const slug = /([^/\\]+)\.md$/.exec(file)?.[1] ?? file;
  const root = parseMarkdown(source);
  refuseForeign(root, source, faults);
  checkDirectives(root, faults);
  const meta = readFrontMatter(root, context, faults);
  if (meta && meta.slug !== slug)
    faults.add({ line: 1, column: 1, message: `The file of ${meta.slug} is ${meta.slug}.md.` });
  const headings = readHeadings(root, faults);
  const ids = new Set<string>();
  for (const [heading, id] of headings) {
    if (ids.has(id)) faults.at(heading, `The id ${id} is used twice in this lesson.`);
    ids.add(id);
  }

  const citations = new Citations(context.references, faults);
  const own = { slug, headings: new Set([...headings.values(), 'references']) };
  const definitions = definitionsOf(root);
  const html = createHtml({ context, citations, faults, own, definitions });
  const runs = new Runs(html);
  const blocks = new Blocks({ context, faults, runs, meta, ids });

  const body = root.children.filter(({ type }) => type !== 'yaml');
  const { intro, parts, previewEnd } = split(body, faults);
  const compiledIntro = blocks.read(intro);
  const sections = parts.map(({ heading, nodes }, index): Section => ({
    id: headings.get(heading) ?? '',
    title: plainText(heading),
    heading: runs.phrases(heading.children),
    parts: nodes.flatMap((node) => {
      const id = node.type === 'heading' ? headings.get(node) : undefined;
      return id ? [{ id, title: plainText(node) }] : [];
    }),
    blocks: blocks.read(nodes),
    preview: meta?.access === 'public' || index < (previewEnd ?? 0),
    text: searchable(nodes),
  }));

  if (parts.length === 0)
    faults.at(root, 'The lesson has no section: begin one with ## Title {#id}.');
  if (meta) {
    const wrong = (message: string) => faults.add({ line: 1, column: 1, message });
    if ((meta.access === 'preview') !== (previewEnd !== null))
      wrong('A lesson with access: preview has one ::preview-end, and others have none.');
    for (const name of meta.instruments)
      if (!blocks.instruments.has(name))
        wrong(`The front matter names the instrument ${name}; the text does not have it.`);
    for (const name of blocks.instruments)
      if (!meta.instruments.some((named) => named === name))
        wrong(`The text has the instrument ${name}; the front matter does not name it.`);
  }
  faults.throwIfAny(file);
  return {
    meta: meta!,
    intro: compiledIntro,
    sections,
    references: citations.cited,
    figures: [...new Set(blocks.figures)],
    runs: runs.all,
  };
}

interface Part {
  heading: Heading;
  nodes: RootContent[];
}

/** @returns sections with their nodes, and how many of them stand before the end of the preview */
function split(body: readonly RootContent[], faults: Faults) {
  const intro: RootContent[] = [];
  const parts: Part[] = [];
  let previewEnd: number | null = null;
  for (const [index, node] of body.entries()) {
    const next = body[index + 1];
    const before = next?.type === 'heading' && next.depth === 2;
    if (node.type === 'heading' && node.depth === 2) parts.push({ heading: node, nodes: [] });
    else if (node.type === 'leafDirective' && node.name === 'preview-end' && before) {
      if (previewEnd !== null) faults.at(node, '::preview-end stands once in a lesson.');
      previewEnd = parts.length;
    } else (parts.at(-1)?.nodes ?? intro).push(node);
  }
  return { intro, parts, previewEnd };
}

function definitionsOf(root: Root): Definition[] {
  const found: Definition[] = [];
  walk(root, (node) => {
    if (node.type === 'definition') found.push(node);
  });
  return found;
}

/** The words of a section as they are read; code, formulas and keys of references are not looked for. */
function searchable(nodes: readonly RootContent[]): string {
  const words: string[] = [];
  const collect = (node: RootContent): void => {
    if (node.type === 'textDirective' && node.name === 'cite') return;
    if (node.type === 'text' || node.type === 'inlineCode') words.push(node.value);
    if ('children' in node) for (const child of node.children) collect(child);
  };
  nodes.forEach(collect);
  return words.join(' ').replaceAll(/\s+/g, ' ').trim();
}
