/** Markdown to its syntax tree (mdast), with directives, math, tables and front matter; and what is not taken from it. */
import type { Nodes, Root } from 'mdast';
import { toString } from 'mdast-util-to-string';
import type {} from 'mdast-util-directive';
import type {} from 'mdast-util-math';
import remarkDirective from 'remark-directive';
import remarkFrontmatter from 'remark-frontmatter';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import type { Faults } from './fault.ts';

const parser = unified()
  .use(remarkParse)
  .use(remarkFrontmatter, ['yaml'])
  .use(remarkGfm)
  .use(remarkMath)
  .use(remarkDirective);

export function parseMarkdown(source: string): Root {
  return parser.parse(source);
}

/** Visits every node, parents first. */
export function walk(node: Nodes, visit: (node: Nodes) => void): void {
  visit(node);
  if ('children' in node) for (const child of node.children) walk(child, visit);
}

/** What looks like a directive and was read as text: attributes before the label, or a name that is none. */
const STRAY = /(?:^|[\s(]):{1,3}[a-z][a-z-]*[[{]|^:{2,}/m;

const NO_IMAGES = 'Images are not taken in lessons: write ::figure[caption]{name=…}.';
const NO_FOOTNOTES = 'Footnotes are not taken in lessons: write :::aside.';
const FOREIGN: Partial<Record<Nodes['type'], string>> = {
  html: 'HTML is not taken in lessons: write Markdown, or a figure component.',
  image: NO_IMAGES,
  imageReference: NO_IMAGES,
  footnoteReference: NO_FOOTNOTES,
  footnoteDefinition: NO_FOOTNOTES,
};

/** Refuses what lessons do not use, and directives that the parser took for text. */
export function refuseForeign(root: Root, source: string, faults: Faults): void {
  const lines = source.split('\n');
  walk(root, (node) => {
    const foreign = FOREIGN[node.type];
    if (foreign) faults.at(node, foreign);
    else if (node.type === 'text' && STRAY.test(node.value))
      faults.at(
        node,
        'This looks like a directive and does not parse. The label comes before the attributes, as in ' +
          '::lab[Open the recipe]{recipe="rank=4"}; a leaf directive has a line of its own.',
      );
    else if (node.type === 'containerDirective') {
      const last = lines[(node.position?.end.line ?? 1) - 1] ?? '';
      if (!/^\s*:{3,}\s*$/.test(last))
        faults.at(node, `:::${node.name} is never closed: end it with a line of :::.`);
    }
  });
}

/** A node's text without markup; directives give their label. */
export const plainText = (node: Nodes) => toString(node).replaceAll(/\s+/g, ' ').trim();
