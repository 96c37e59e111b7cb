import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { TaskIdSchema } from '../formats/recipe.ts';
import { describeProblem, MAX_LABELS, readCustomTask } from './custom-task.ts';
import { MAX_BYTES } from './custom-rows.ts';
import { parseTask } from './task.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string | Uint8Array, name = 'data.csv', options = {}) =>
  readCustomTask({ bytes: typeof text === 'string' ? bytes(text) : text, name, ...options });

/** Problems as sentences; fails when there are none. */
function problems(text: string | Uint8Array, name?: string, options?: object): string[] {
  const result = read(text, name, options);
  if (result.ok) throw new Error('it was taken');
  return result.problems.map(describeProblem);
}
function taken(text: string | Uint8Array, name?: string, options?: object) {
  const result = read(text, name, options);
  if (!result.ok) throw new Error(result.problems.map(describeProblem).join('\n'));
  return result.data;
}

const rows = (count: number, label: string, word = label) =>
  Array.from({ length: count }, (_, i) => `${word} number ${i},${label}`);
const good = ['text,label', ...rows(20, 'tea'), ...rows(10, 'coffee')].join('\n');

describe('D-8: what is taken', () => {
  it('becomes a task with sorted labels, named by its content', () => {
    const { task, train, validation } = taken(good, 'Hot drinks.csv');
    expect(parseTask(task)).toEqual(task);
    expect(task).toMatchObject({ title: 'Hot drinks', labels: ['coffee', 'tea'] });
    expect(task.id).toMatch(/^custom-[0-9a-f]{12}$/);
    expect(v.is(TaskIdSchema, task.id)).toBe(true);
    expect([train.length, validation.length]).toEqual([24, 6]);
  });

  it('is split by label, without a text on both sides, the same each time and otherwise by another seed', () => {
    const { train, validation } = taken(good);
    const counts = (split: typeof train) =>
      [0, 1].map((label) => split.filter((example) => example.label === label).length);
    expect([counts(train), counts(validation)]).toEqual([
      [8, 16],
      [2, 4],
    ]);
    expect(new Set([...train, ...validation].map(({ text }) => text)).size).toBe(30);
    expect(taken(good)).toEqual(taken(good));
    expect(taken(good, 'data.csv', { seed: 2 }).validation).not.toEqual(validation);
    const mixed = new Set(validation.slice(0, 4).map(({ label }) => label));
    expect(mixed.size).toBe(2);
  });

  it('has an id that follows text, label, template and seed, and no other thing', () => {
    const { id } = taken(good, 'a.csv').task;
    expect(taken(good.replaceAll('\n', '\r\n'), 'b.csv').task.id).toBe(id);
    const others = [
      taken(good.replace('tea number 3', 'tea number three')),
      taken(good.replace('tea number 3,tea', 'tea number 3,coffee')),
      taken(good, 'a.csv', { template: 'It is {text}, a' }),
      taken(good, 'a.csv', { seed: 2 }),
    ].map(({ task }) => task.id);
    expect(new Set([id, ...others]).size).toBe(5);
  });

  it('is the same from CSV, TSV, semicolons, JSONL and with a byte order mark', () => {
    const pairs = good
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
    const jsonl = pairs.map(([text, label]) => JSON.stringify({ label, text, n: 1 })).join('\n\n');
    const { id } = taken(good).task;
    expect(taken(good.replaceAll(',', '\t'), 'data.tsv').task.id).toBe(id);
    expect(taken(good.replaceAll(',', ';')).task.id).toBe(id);
    expect(taken(jsonl, 'data.jsonl').task.id).toBe(id);
    expect(taken(jsonl, '').task.id).toBe(id);
    expect(taken(`\ufeff${good}`).task.id).toBe(id);
    const moved = [
      'Id, LABEL ,Text',
      ...pairs.map(([text, label], i) => `${i},${label},"${text}"`),
    ];
    expect(taken(moved.join('\n')).task.id).toBe(id);
  });

  it('reads quoted commas, quotes and line breaks', () => {
    const { train, validation } = taken(`${good}\n"strong, ""black""\nand hot",coffee\n`);
    expect([...train, ...validation].map(({ text }) => text)).toContain('strong, "black" and hot');
  });

  it('keeps one of equal texts and counts the rest', () => {
    const data = taken(`${good}\ntea number 1,tea\n  tea   number 2 , tea `);
    expect(data.repeated).toBe(2);
    expect(data.train.length + data.validation.length).toBe(30);
  });

  it('takes numbers as labels', () => {
    const lines = Array.from({ length: 12 }, (_, i) =>
      JSON.stringify({ text: `t ${i}`, label: i % 2 }),
    );
    expect(taken(lines.join('\n'), 'x.jsonl').task.labels).toEqual(['0', '1']);
  });

  it('proposes a sequence length by the length of the texts', () => {
    expect(taken(good).task.sequenceLength).toBe(32);
    expect(taken(good.replaceAll(' number ', ` ${'long '.repeat(40)}`)).task.sequenceLength).toBe(
      80,
    );
  });
});

describe('D-9: what is wrong is named by its row', () => {
  const lines = good.split('\n');
  const withRow = (at: number, line: string) =>
    [...lines.slice(0, at - 1), line, ...lines.slice(at - 1)].join('\n');

  it.each([
    ['no header', lines.slice(1).join('\n'), /^Row 1: The first row must name the columns/],
    [
      'a missing column',
      good.replace('text,label', 'text,class'),
      /^Row 1: There is no column “label”/,
    ],
    ['an empty text', withRow(4, ' ,tea'), /^Row 4: The text is empty/],
    ['an empty label', withRow(4, 'mint'), /^Row 4: The label is empty/],
    [
      'an unquoted comma',
      withRow(7, 'black, strong,tea'),
      /^Row 7: There are 3 fields .* commas in double/,
    ],
    ['a long text', withRow(5, `${'x'.repeat(8001)},tea`), /^Row 5: The text has 8,001 characters/],
    ['a long label', withRow(5, `mint,${'x'.repeat(61)}`), /^Row 5: The label has 61 characters/],
    [
      'two labels',
      withRow(9, 'tea number 0,coffee'),
      /^Rows 2 and 9: The same text has the labels “tea” and “coffee”/,
    ],
    ['an open quote', withRow(6, '"open,tea'), /^Row 6: A double quote/],
    ['text after a quote', withRow(6, '"shut" up,tea'), /^Row 6: A double quote/],
    ['one label', ['text,label', ...rows(9, 'tea')].join('\n'), /^Every row has the label “tea”/],
    [
      'a rare label',
      `${good}\nblack,cocoa\nwhite,cocoa`,
      /^Rows 32 and 33: The label “cocoa” has 2 different texts; each needs 5/,
    ],
    ['nothing', '', /^There is nothing in it/],
    ['a header alone', 'text,label\n', /^There are no rows/],
    ['a JSON array', '[{"text":"a","label":"b"}]', /^This is one JSON array/, 'data.json'],
  ])('%s', (_name, text, message, file = 'data.csv') => {
    expect(problems(text, file)).toEqual([expect.stringMatching(message)]);
  });

  it('counts blank rows and the lines of a quoted text as a spreadsheet does', () => {
    expect(problems(withRow(3, '\n"two\nlines",tea\n,tea'))).toEqual(['Row 5: The text is empty.']);
  });

  it('malformed JSON and missing fields', () => {
    const text = [
      '{"text":"a","label":"b"}',
      '',
      '{"text":"a"',
      '{"text":"c"}',
      '"d"',
      '{"label":[],"text":"e"}',
    ];
    expect(problems(text.join('\n'), 'data.jsonl')).toEqual([
      expect.stringMatching(/^Row 3: This is not a JSON object/),
      'Row 4: There is no "label", or it is no text.',
      expect.stringMatching(/^Row 5: This is not a JSON object/),
      'Row 6: There is no "label", or it is no text.',
    ]);
  });

  it('more labels than a task has', () => {
    const many = Array.from({ length: MAX_LABELS + 1 }, (_, i) => rows(5, `kind ${i}`)).flat();
    expect(problems(['text,label', ...many].join('\n'))).toEqual([
      expect.stringMatching(/^There are 65 labels; 64 is the most/),
    ]);
  });

  it('a file that is too large', () => {
    expect(problems(new Uint8Array(MAX_BYTES + 1))).toEqual([
      'The data has 5.1 MB; 5 MB is the most.',
    ]);
  });

  it('more rows than a run can take', () => {
    const many = Array.from({ length: 50_001 }, (_, i) => `${i},${i % 2}`);
    expect(problems(['text,label', ...many].join('\n'))).toEqual([
      'There are 50,001 rows; 50,000 is the most.',
    ]);
  });

  it('text that is not UTF-8, by its line, and UTF-16', () => {
    const latin1 = Uint8Array.from(`${good}\ncaf\u00e9,coffee`, (letter) => letter.charCodeAt(0));
    expect(problems(latin1)).toEqual([expect.stringMatching(/^Row 32: This is not UTF-8 text/)]);
    expect(problems(Uint8Array.of(0xff, 0xfe, 0x74, 0))).toEqual([expect.stringMatching(/UTF-16/)]);
  });

  it('a template without a place for the text', () => {
    expect(problems(good, 'a.csv', { template: 'a kind of' })).toEqual([
      'The template must hold {text} once.',
    ]);
  });

  it('lists twenty and counts the rest, in the order of the rows', () => {
    const result = read(`${good}\n${',tea\n'.repeat(25)}`);
    expect(result).toMatchObject({ ok: false, more: 5 });
    if (result.ok) return;
    expect(result.problems.map(({ rows: [row] }) => row)).toEqual(
      Array.from({ length: 20 }, (_, i) => 32 + i),
    );
  });
});
