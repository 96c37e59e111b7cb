/**
 * A task from somebody's own rows of text and label: checked, split, and named by its content, so that a recipe
 * says exactly which data it was trained on. Nothing of it leaves the device.
 */
import { readRows, type LabelledRow, type Problem } from './custom-rows.ts';
import { randomStream, shuffled } from './random.ts';
import { CUSTOM_PREFIX, TEXT, type Example, type Task } from './task.ts';

export interface CustomTask {
  task: Task;
  train: Example[];
  validation: Example[];
  /** Rows left out because an earlier one says the same. */
  repeated: number;
}

export type CustomTaskResult =
  | { ok: true; data: CustomTask }
  /** `more` problems are there than are listed. */
  | { ok: false; problems: Problem[]; more: number };

/** A run turns all of them into tokens before it starts, some 20,000 a second. */
export const MAX_ROWS = 50_000;
export const MAX_LABELS = 64;
export const MAX_TEXT_LENGTH = 8000;
export const MAX_LABEL_LENGTH = 60;
/** Four to train on and one to validate on. */
export const MIN_PER_LABEL = 5;
/** Problems that are listed; the rest are counted. */
export const MAX_PROBLEMS = 20;
/** The general end of what the base models have read; see `template` of a task. */
export const DEFAULT_TEMPLATE = `${TEXT}: a kind of`;

const VALIDATION_SHARE = 0.2;
/** A larger validation split would take longer to score than it makes the figure better. */
const MAX_VALIDATION = 600;
const MAX_TEMPLATE_LENGTH = 200;
/** Rows named by a problem that concerns many. */
const ROWS_NAMED = 5;

export interface CustomTaskSource {
  bytes: Uint8Array;
  /** File name, or a name for what was pasted. */
  name: string;
  template?: string;
  /** Decides the split. */
  seed?: number;
}

/** Spaces and line breaks count as one space. Of equal texts with one label the first is kept. */
export function readCustomTask(source: CustomTaskSource): CustomTaskResult {
  const { name, template = DEFAULT_TEMPLATE, seed = 1 } = source;
  const read = readRows(source.bytes, name);
  if (read.rows.length > MAX_ROWS) {
    const message = `There are ${count(read.rows.length)} rows; ${count(MAX_ROWS)} is the most.`;
    return { ok: false, problems: [{ rows: [], message }], more: 0 };
  }
  const { rows, problems, repeated } = checkRows(read.rows);
  const found = [...read.problems, ...problems].sort((a, b) => (a.rows[0] ?? 0) - (b.rows[0] ?? 0));
  // Rows that could not be read would be missed here for no reason of their own.
  if (read.complete && found.length === 0) found.push(...checkLabels(rows));
  if (template.split(TEXT).length !== 2)
    found.push({ rows: [], message: `The template must hold ${TEXT} once.` });
  if (template.length > MAX_TEMPLATE_LENGTH)
    found.push({
      rows: [],
      message: `The template may have ${MAX_TEMPLATE_LENGTH} characters at most.`,
    });
  if (found.length > 0)
    return {
      ok: false,
      problems: found.slice(0, MAX_PROBLEMS),
      more: Math.max(0, found.length - MAX_PROBLEMS),
    };
  return { ok: true, data: { ...makeTask(rows, { name, template, seed }), repeated } };
}

/** What is wrong with single rows, and the rows with which nothing is. */
function checkRows(all: readonly LabelledRow[]) {
  const problems: Problem[] = [];
  const first = new Map<string, LabelledRow>();
  let repeated = 0;
  for (const given of all) {
    const row: LabelledRow = {
      row: given.row,
      text: oneLine(given.text),
      label: oneLine(given.label),
    };
    const wrong = problemsOf(row);
    problems.push(...wrong.map((message) => ({ rows: [row.row], message })));
    if (wrong.length > 0) continue;
    const same = first.get(row.text);
    if (!same) first.set(row.text, row);
    else if (same.label === row.label) repeated++;
    else
      problems.push({
        rows: [same.row, row.row],
        message: `The same text has the labels “${same.label}” and “${row.label}”.`,
      });
  }
  return { rows: [...first.values()], problems, repeated };
}

function problemsOf({ text, label }: LabelledRow): string[] {
  const wrong: string[] = [];
  if (text === '') wrong.push('The text is empty.');
  if (label === '') wrong.push('The label is empty.');
  if (text.length > MAX_TEXT_LENGTH)
    wrong.push(
      `The text has ${count(text.length)} characters; ${count(MAX_TEXT_LENGTH)} is the most.`,
    );
  if (label.length > MAX_LABEL_LENGTH)
    wrong.push(
      `The label has ${count(label.length)} characters; ${MAX_LABEL_LENGTH} is the most. Are the columns the right way round?`,
    );
  return wrong;
}

function checkLabels(rows: readonly LabelledRow[]): Problem[] {
  const byLabel = new Map<string, LabelledRow[]>();
  for (const row of rows) {
    const own = byLabel.get(row.label);
    if (own) own.push(row);
    else byLabel.set(row.label, [row]);
  }
  if (byLabel.size === 0) return [{ rows: [], message: 'There are no rows below the first.' }];
  if (byLabel.size === 1)
    return [
      {
        rows: [],
        message: `Every row has the label “${rows[0]!.label}”; a task needs two at least.`,
      },
    ];
  if (byLabel.size > MAX_LABELS)
    return [
      {
        rows: [],
        message: `There are ${count(byLabel.size)} labels; ${MAX_LABELS} is the most. Is it the column of labels?`,
      },
    ];
  return [...byLabel]
    .filter(([, own]) => own.length < MIN_PER_LABEL)
    .map(([label, own]) => ({
      rows: own.slice(0, ROWS_NAMED).map(({ row }) => row),
      message: `The label “${label}” has ${own.length} ${own.length === 1 ? 'text' : 'different texts'}; each needs ${MIN_PER_LABEL} at least.`,
    }));
}

function makeTask(
  rows: readonly LabelledRow[],
  { name, template, seed }: { name: string; template: string; seed: number },
): Omit<CustomTask, 'repeated'> {
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  const examples = rows.map(({ text, label }) => ({ text, label: labels.indexOf(label) }));
  const id = CUSTOM_PREFIX + shortHash(JSON.stringify([template, seed, labels, examples]));
  const split = labels.map((labelName, label) => {
    const own = shuffled(
      examples.filter((example) => example.label === label),
      randomStream(seed, `custom-split/${labelName}`),
    );
    const share = Math.min(own.length * VALIDATION_SHARE, MAX_VALIDATION / labels.length);
    const held = Math.max(1, Math.floor(share));
    return { validation: own.slice(0, held), train: own.slice(held) };
  });
  const title = name.replace(/\.[a-z]+$/i, '').slice(0, MAX_LABEL_LENGTH) || 'Your own data';
  return {
    task: {
      id,
      title,
      description: `Your own data, in this browser only: which of ${labels.length} labels has the text?`,
      template,
      labels,
      sequenceLength: proposedLength(rows),
    },
    train: shuffled(
      split.flatMap(({ train }) => train),
      randomStream(seed, 'custom-order'),
    ),
    // Some validations look at the beginning alone.
    validation: shuffled(
      split.flatMap(({ validation }) => validation),
      randomStream(seed, 'custom-order'),
    ),
  };
}

const CHARACTERS_PER_TOKEN = 3;

/** Tokens that hold nine texts in ten, by their characters, in sixteens between 32 and 128. */
function proposedLength(rows: readonly LabelledRow[]): number {
  const lengths = rows.map(({ text }) => text.length).sort((a, b) => a - b);
  const tokens = lengths[Math.floor(0.9 * (lengths.length - 1))]! / CHARACTERS_PER_TOKEN;
  return Math.min(128, Math.max(32, Math.ceil(tokens / 16) * 16));
}

/** 48 bits as hexadecimal, of two FNV-1a sums: it tells one person's files apart, and is no signature. */
function shortHash(text: string): string {
  let [a, b] = [0x811c9dc5, 0x050c5d1f];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code ^ (a >>> 15), 0x01000193);
  }
  const hex = (value: number) => (value >>> 0).toString(16).padStart(8, '0');
  return (hex(a) + hex(b)).slice(0, 12);
}

/** `Rows 3 and 7: The same text has …` */
export function describeProblem({ rows, message }: Problem): string {
  if (rows.length === 0) return message;
  const named =
    rows.length === 1
      ? `Row ${rows[0]}`
      : `Rows ${rows.slice(0, -1).join(', ')} and ${rows.at(-1)}`;
  return `${named}: ${message}`;
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();
const count = (value: number) => value.toLocaleString('en');
