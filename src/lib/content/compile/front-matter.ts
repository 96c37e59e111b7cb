/** The YAML at the head of a lesson, validated; a fault points at the line of the field. */
import type { Root } from 'mdast';
import * as v from 'valibot';
import { isMap, isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { INSTRUMENT_NAMES } from '../instruments.ts';
import { ACCESS_LEVELS, type LessonMeta } from '../lesson.ts';
import type { CompileContext } from './context.ts';
import type { Faults } from './fault.ts';

const sentence = v.pipe(v.string(), v.trim(), v.nonEmpty('it is empty'));
const tag = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9 -]*$/, 'a tag is lowercase words'));
export const ID = /^[a-z][a-z0-9-]*$/;
const id = v.pipe(v.string(), v.regex(ID, 'an id is lowercase letters, digits and hyphens'));
const list = <T extends v.GenericSchema<unknown, string>>(of: T) =>
  v.pipe(
    v.array(of),
    v.check((items) => new Set(items).size === items.length, 'it names something twice'),
  );

const MetaSchema = v.strictObject({
  slug: id,
  number: v.pipe(v.string(), v.regex(/^\d\d$/, 'two digits in quotation marks, as in "04"')),
  title: sentence,
  level: v.picklist(['beginner', 'intermediate', 'advanced']),
  minutes: v.pipe(v.number(), v.integer(), v.minValue(1)),
  access: v.picklist(ACCESS_LEVELS),
  summary: sentence,
  objectives: v.pipe(
    v.array(v.strictObject({ id, text: sentence })),
    v.minLength(1, 'there is none'),
    v.check((all) => new Set(all.map((one) => one.id)).size === all.length, 'an id is used twice'),
  ),
  concepts: list(tag),
  instruments: list(v.picklist(INSTRUMENT_NAMES)),
});

/** @returns null where it cannot be used; the faults say why */
export function readFrontMatter(
  root: Root,
  context: Pick<CompileContext, 'course'>,
  faults: Faults,
): LessonMeta | null {
  const [first] = root.children;
  if (first?.type !== 'yaml') {
    faults.add({ line: 1, column: 1, message: 'The front matter is missing: begin with ---.' });
    return null;
  }
  // The text begins on the line after the fence.
  const offset = first.position?.start.line ?? 1;
  const lines = new LineCounter();
  const document = parseDocument(first.value, { lineCounter: lines });
  const place = (at: number) => {
    const { line, col } = lines.linePos(at);
    return { line: line + offset, column: col };
  };
  for (const { pos, message } of document.errors)
    faults.add({ ...place(pos[0]), message: `Front matter: ${message.split('\n')[0]}` });
  if (document.errors.length > 0) return null;

  const read = v.safeParse(MetaSchema, document.toJS());
  if (!read.success) {
    for (const issue of read.issues) {
      const path = (issue.path ?? []).map(({ key }) => key as string | number);
      const name = path.join('.') || 'front matter';
      faults.add({
        ...place(startOf(document, path)),
        message: `Front matter, ${name}: ${wording(issue)}.`,
      });
    }
    return null;
  }
  const meta = read.output;
  const known = context.course.find(({ slug }) => slug === meta.slug);
  const wrong = (field: keyof LessonMeta, message: string) =>
    faults.add({ ...place(startOf(document, [field])), message });
  if (!known) wrong('slug', `The course has no lesson ${meta.slug}: see course.ts.`);
  else
    for (const field of ['number', 'title'] as const)
      if (known[field] !== meta[field])
        wrong(field, `The course calls this “${known[field]}”: see course.ts.`);
  return meta;
}

const wording = (issue: v.BaseIssue<unknown>) =>
  issue.received === 'undefined'
    ? 'it is missing'
    : issue.expected === 'never'
      ? 'there is no such field'
      : issue.message;

/** Where a value stands, or the innermost thing around it that stands anywhere. */
function startOf(document: Document, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pair = isMap(parent)
      ? parent.items.find((item) => (isNode(item.key) ? item.key.toJSON() : item.key) === key)
      : null;
    const node = pair ? pair.key : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
