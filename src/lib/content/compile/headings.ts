/** Ids of headings: `## Title {#id}`. */
import type { Heading, Root } from 'mdast';
import type { Faults } from './fault.ts';
import { ID } from './front-matter.ts';

const WRITTEN_ID = /\s*\{#([^}]*)\}\s*$/;

/** Ids that the page itself uses. */
const TAKEN = ['content', 'references', 'notes'];

/** Ids of a file's headings, without a look at what is wrong with them: for links from other lessons. */
export function headingIds(root: Root): Set<string> {
  return new Set(
    root.children.flatMap((node) => (node.type === 'heading' ? (idOf(node) ?? []) : [])),
  );
}

function idOf(heading: Heading): string | null {
  const last = heading.children.at(-1);
  return (last?.type === 'text' && WRITTEN_ID.exec(last.value)?.[1]) || null;
}

/** Takes the ids out of the headings' texts, and says what is wrong with them. */
export function readHeadings(root: Root, faults: Faults): Map<Heading, string> {
  const ids = new Map<Heading, string>();
  for (const node of root.children) {
    if (node.type !== 'heading') continue;
    if (node.depth === 1)
      faults.at(node, 'The title is the front matter’s: sections begin with ##.');
    const id = idOf(node);
    if (id === null) {
      if (node.depth === 2) faults.at(node, 'A section’s heading needs an id: ## Title {#id}.');
      continue;
    }
    const last = node.children.at(-1);
    if (last?.type === 'text') last.value = last.value.replace(WRITTEN_ID, '');
    if (!ID.test(id))
      faults.at(node, `The id ${id} is not of lowercase letters, digits and hyphens.`);
    if (TAKEN.includes(id)) faults.at(node, `The id ${id} is the page’s own: take another.`);
    // Subheadings keep their element; a section's is the page's.
    node.data = { ...node.data, hProperties: { id } };
    ids.set(node, id);
  }
  return ids;
}
