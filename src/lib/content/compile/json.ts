/** JSON that lessons rest on: what is wrong in it has a line and a column, too. */
import * as v from 'valibot';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { Reference } from '../lesson.ts';
import { Faults } from './fault.ts';

const text = v.pipe(v.string(), v.nonEmpty());
const ReferencesSchema = v.array(
  v.strictObject({
    key: v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/)),
    authors: text,
    year: v.pipe(v.number(), v.integer()),
    title: text,
    venue: text,
    url: v.pipe(v.string(), v.url(), v.startsWith('https://')),
  }),
);

/**
 * @param file as the fault shall name it
 * @throws {LessonError} where it is no JSON
 */
export function parseJson(source: string, file: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    const { message } = error as SyntaxError;
    // What names no place has come to the end too early.
    const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? source.length);
    const before = source.slice(0, offset).split('\n');
    const faults = new Faults();
    faults.add({ line: before.length, column: before.at(-1)!.length + 1, message: `${message}.` });
    faults.throwIfAny(file);
    throw error;
  }
}

/** @throws {LessonError} with every fault */
export function parseReferences(source: string, file: string): Reference[] {
  const parsed = parseJson(source, file);
  const faults = new Faults();
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const fault = (path: readonly unknown[], message: string) => {
    const node = document.getIn(path, true);
    const { line, col } = lines.linePos((isNode(node) && node.range?.[0]) || 0);
    faults.add({ line, column: col, message });
  };
  const read = v.safeParse(ReferencesSchema, parsed);
  for (const issue of read.issues ?? []) {
    const path = issue.path?.map(({ key }) => key) ?? [];
    // A key that is missing stands nowhere: its object does.
    const placed = document.hasIn(path) ? path : path.slice(0, -1);
    fault(placed, `${v.getDotPath(issue) ?? 'references'}: ${issue.message}.`);
  }
  const references = read.success ? read.output : [];
  const seen = new Set<string>();
  for (const [index, { key }] of references.entries()) {
    if (seen.has(key)) fault([index, 'key'], `The key ${key} is used twice.`);
    seen.add(key);
  }
  faults.throwIfAny(file);
  return references;
}
