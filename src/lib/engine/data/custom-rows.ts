/**
 * The rows of somebody's own data: CSV, TSV or JSONL with a text and a label each. What is wrong is collected, not
 * thrown, so that a person sees all of it at once, by the row it is in.
 */
import Papa from 'papaparse';

export interface Problem {
  /** Rows it concerns, as a spreadsheet or an editor counts them: from 1, the header too. Empty: the whole file. */
  rows: readonly number[];
  /** Sentence without the rows. */
  message: string;
}

export interface LabelledRow {
  row: number;
  text: string;
  label: string;
}

export interface ReadRows {
  rows: LabelledRow[];
  problems: Problem[];
  /** False when something stopped the reading, so that what was read says nothing about the rest. */
  complete: boolean;
}

/** Bytes of a file. Rows cost several times their size in memory, and all of them are in it while a run goes on. */
export const MAX_BYTES = 5 * 1024 * 1024;

/** What is wrong with data of more than {@link MAX_BYTES}. */
export const tooLarge = (bytes: number): Problem => ({
  rows: [],
  message: `The data has ${megabytes(bytes)} MB; ${megabytes(MAX_BYTES)} MB is the most.`,
});

/** @param name of the file, where there is one; its ending decides the format, else its content does */
export function readRows(bytes: Uint8Array, name = ''): ReadRows {
  if (bytes.byteLength > MAX_BYTES)
    return { rows: [], problems: [tooLarge(bytes.byteLength)], complete: false };
  const text = decode(bytes);
  if (typeof text !== 'string') return { rows: [], problems: [text], complete: false };
  if (text.trim() === '') return failed([], 'There is nothing in it.');
  const start = text.trimStart()[0];
  if (start === '[' && !/\.(csv|tsv|txt)$/i.test(name))
    return failed(
      [],
      'This is one JSON array. Write one object a line, without brackets and commas around them.',
    );
  const isJson =
    /\.(jsonl|ndjson|json)$/i.test(name) || (start === '{' && !/\.(csv|tsv)$/i.test(name));
  return isJson ? readJsonLines(text) : readCsv(text);
}

function decode(bytes: Uint8Array): string | Problem {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return { rows: [], message: `The data is UTF-16. ${SAVE_AS_UTF8}` };
  try {
    // The decoder takes a byte order mark away.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { rows: [firstBadLine(bytes)], message: `This is not UTF-8 text. ${SAVE_AS_UTF8}` };
  }
}

const SAVE_AS_UTF8 = 'Save it as UTF-8: in a spreadsheet, as “CSV UTF-8”.';

function firstBadLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end + 1;
  }
  return line;
}

function readJsonLines(text: string): ReadRows {
  const read: ReadRows = { rows: [], problems: [], complete: true };
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const row = index + 1;
    const value = parseObject(line);
    if (!value) {
      read.problems.push({
        rows: [row],
        message: 'This is not a JSON object, {"text": "…", "label": "…"}.',
      });
      continue;
    }
    const missing = (['text', 'label'] as const).filter((field) => !isWritten(value[field]));
    for (const field of missing)
      read.problems.push({ rows: [row], message: `There is no "${field}", or it is no text.` });
    if (missing.length === 0)
      read.rows.push({ row, text: String(value.text), label: String(value.label) });
  }
  return read;
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return value && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** Labels are often numbers. */
const isWritten = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const DELIMITERS = [',', ';', '\t'];
const namesOf = (fields: readonly string[]) => fields.map((field) => field.trim().toLowerCase());

/** RFC 4180, with a header; spreadsheets of many countries write semicolons. */
function readCsv(text: string): ReadRows {
  const header = (delimiter: string) =>
    namesOf(Papa.parse<string[]>(text, { delimiter, preview: 1 }).data[0] ?? []);
  const delimiter =
    DELIMITERS.find((each) => ['text', 'label'].every((name) => header(each).includes(name))) ??
    ',';
  const names = header(delimiter);
  const [textAt, labelAt] = [names.indexOf('text'), names.indexOf('label')];
  if (textAt < 0 && labelAt < 0)
    return failed([1], 'The first row must name the columns: write text,label above the data.');
  if (textAt < 0 || labelAt < 0)
    return failed([1], `There is no column “${textAt < 0 ? 'text' : 'label'}”.`);

  const { data, errors } = Papa.parse<string[]>(text, { delimiter });
  const misquoted = new Set(
    errors.filter(({ type }) => type === 'Quotes').map(({ row }) => row ?? 0),
  );
  const read: ReadRows = { rows: [], problems: [], complete: misquoted.size === 0 };
  for (const [index, fields] of data.entries()) {
    const row = index + 1;
    if (misquoted.has(index))
      read.problems.push({
        rows: [row],
        message:
          'A double quote opens here and is not closed as it should be. Write "" for one inside a quoted text.',
      });
    else if (index === 0 || fields.every((field) => field.trim() === '')) continue;
    else if (fields.length > names.length)
      read.problems.push({
        rows: [row],
        message: `There are ${fields.length} fields where the first row has ${names.length}: put a text that holds ${nameOf(delimiter)} in double quotes.`,
      });
    else read.rows.push({ row, text: fields[textAt] ?? '', label: fields[labelAt] ?? '' });
  }
  return read;
}

const nameOf = (delimiter: string) =>
  delimiter === ',' ? 'commas' : delimiter === ';' ? 'semicolons' : 'tabs';

const failed = (rows: number[], message: string): ReadRows => ({
  rows: [],
  problems: [{ rows, message }],
  complete: false,
});

/** In tenths, rounded up, so that what is too large never reads as the most. */
const megabytes = (bytes: number) => Math.ceil((10 * bytes) / 2 ** 20) / 10;
