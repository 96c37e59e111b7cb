import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { questionsOf, type Block, type CompiledLesson } from '../lesson.ts';
import { compileLesson } from './compile.ts';
import { LessonError, type Fault } from './fault.ts';
import { testContext } from './testing.ts';

const FILE = 'tests/fixtures/lessons/preference-alignment.md';
const source = readFileSync(FILE, 'utf8');
const compile = (text: string, context = testContext()) => compileLesson(text, FILE, context);

/** Replaces one line of the fixture, and says which one it was. */
function withLine(line: string, by: string): { text: string; at: number } {
  const lines = source.split('\n');
  const at = lines.indexOf(line);
  if (at < 0) throw new Error(`The fixture has no line ${line}`);
  lines[at] = by;
  return { text: lines.join('\n'), at: at + 1 };
}
function faultsOf(text: string, context = testContext()): readonly Fault[] {
  try {
    compile(text, context);
  } catch (error) {
    if (error instanceof LessonError) return error.faults;
    throw error;
  }
  return [];
}

describe('the fixture lesson', () => {
  const lesson = compile(source);
  const html = (block: Block | undefined) =>
    block?.kind === 'html' ? lesson.runs[block.run]! : '';
  const section = (id: string) => lesson.sections.find((one) => one.id === id)!;

  it('has its sections, the questions in them, and how far the preview goes (A-1)', () => {
    expect(lesson.meta.title).toBe('Preference alignment and RLHF');
    expect(
      lesson.sections.map(({ id, blocks, preview }) => [
        id,
        questionsOf(blocks).map((one) => one.id),
        preview,
      ]),
    ).toEqual([
      ['pairs', ['margin'], true],
      ['start', ['rank'], false],
      ['fails', ['several'], false],
      ['choosing', [], false],
    ]);
    expect(section('pairs').parts).toEqual([{ id: 'code', title: 'In code' }]);
  });

  it('numbers references as they are cited, and lists those alone (A-2)', () => {
    expect(lesson.references.map(({ key }) => key)).toEqual(['rafailov2023', 'ouyang2022']);
    expect(html(section('pairs').blocks[0])).toContain('href="#ref-rafailov2023"');
    expect(html(section('start').blocks[0])).toMatch(/class="cited" href="#ref-ouyang2022"/);
  });

  it('reads a measured figure from the report, with its spread and its recipe (A-3)', () => {
    const { rows } = testContext().report;
    const lora = rows.find(({ id }) => id === 'lora')!.tasks[0]!;
    const text = html(section('start').blocks[0]);
    expect(text).toContain(`>${lora.accuracy.toFixed(3)} ± ${lora.accuracyDeviation!.toFixed(3)}<`);
    expect(text).toMatch(/class="measured" href="\/lab"/);
  });

  it('sets math as MathML, marks code up, and makes a table that scrolls (A-4)', () => {
    const text = html(section('pairs').blocks[0]);
    expect(text).toContain('<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">');
    expect(text).toContain('<button type="button" data-copy="" hidden>Copy</button>');
    expect(text).toContain('<h3 id="code">In code</h3>');
    expect(html(section('start').blocks.at(-1))).toContain('<div class="table" tabindex="0">');
  });

  it('puts a margin note beside its paragraph, and a phrase beside its instrument (A-5)', () => {
    const [, predict] = section('start').blocks;
    const [note, instrument] = predict?.kind === 'predict' ? predict.reveal : [];
    expect(html(note)).toMatch(/^<div class="noted"><p>.*<div class="note" role="note">/s);
    expect(html(note)).toContain('data-figure="lora" data-state="rank=4">rank four</button>');
    expect(instrument).toEqual({ kind: 'instrument', name: 'lora', state: 'rank=8' });
  });

  it('makes a phrase plain where its instrument is not built (A-5)', () => {
    const unbuilt = compile(source, testContext({ built: new Set() }));
    expect(unbuilt.runs.join('')).toContain('Try rank four.');
  });

  it('numbers its own figures from where the instruments’ end (A-5)', () => {
    const number = (compiled: CompiledLesson) =>
      compiled.sections.flatMap(({ blocks }) =>
        blocks.flatMap((block) => (block.kind === 'figure' ? [block.number] : [])),
      );
    expect(number(lesson)).toEqual(['5.1']);
  });

  it('keeps the words of a section for search, without keys and formulas (A-12)', () => {
    expect(section('pairs').text).toContain('Direct preference optimisation turns it into a loss');
    expect(section('pairs').text).not.toMatch(/rafailov|beta/);
  });
});

describe('a fault fails the build where it is (A-6)', () => {
  /** `below`: lines between the change and the fault, where that is of something around it. */
  const AT_LINE: [
    what: string,
    line: string,
    by: string,
    column: number,
    message: RegExp,
    below?: number,
  ][] = [
    ['an unknown directive', '::guide', '::gide', 1, /no directive ::gide/],
    ['a plain colon taken for one', '::guide', 'one:two', 4, /no directive :two.*\\:two/],
    ['the wrong form', '::guide', ':guide', 1, /written ::guide, not :guide/],
    ['an unknown attribute', '::methods', '::methods{of=all}', 1, /has no attribute of/],
    ['a missing attribute', '::guide', '::instrument', 1, /lacks name=/],
    ['a missing label', '::guide', '::lab{recipe="rank=4"}', 1, /lacks its text/],
    ['a label after the attributes', '::guide', '::lab{recipe="rank=4"}[Open]', 1, /label comes/],
    ['a missing figure', '::guide', '::figure[A bar.]{name=nope}', 1, /figures\/nope.svelte/],
    ['an unknown reference', '::guide', 'So :cite[nobody1999].', 4, /no nobody1999/],
    ['an unknown measurement', '::guide', ':measured{config=lora figure=iq}', 1, /no figure iq/],
    ['an unknown configuration', '::guide', ':measured{config=x figure=share}', 1, /No config.* x/],
    ['a task left out', '::guide', ':measured{config=lora figure=accuracy}', 1, /task= is one of/],
    ['a heading without id', '## When it fails {#fails}', '## When it fails', 1, /needs an id/],
    ['a heading’s id twice', '## When it fails {#fails}', '## Why {#pairs}', 1, /used twice/],
    ['an id of the page', '## When it fails {#fails}', '## Why {#notes}', 1, /page’s own/],
    ['a title', '## When it fails {#fails}', '# When it fails', 1, /begin with ##/],
    ['a question’s id twice', ':::check{id=several many}', ':::check{id=rank many}', 1, /twice/],
    [
      'an unknown objective',
      ':::check{id=margin objective=margin}',
      ':::check{id=margin objective=x}',
      1,
      /no objective x/,
    ],
    [
      'several right answers',
      ':::check{id=several many}',
      ':::check{id=several}',
      1,
      /says many/,
      3,
    ],
    [
      'no right answer',
      '- [x] It nearly halves.',
      '- [ ] It nearly halves.',
      1,
      /No choice is right/,
      -1,
    ],
    ['an unknown broken recipe', ':::broken{recipe=too-hot}', ':::broken{recipe=x}', 1, /has no x/],
    ['a part of it left out', '#### Evidence', '#### Proof', 1, /three parts/, -6],
    ['an unknown instrument', '::guide', '::instrument{name=abacus}', 1, /no instrument abacus/],
    [
      'a state that cannot be read',
      '::instrument{name=lora state="rank=8"}',
      '::instrument{name=lora state="rank 8"}',
      1,
      /cannot be read/,
    ],
    [
      'a recipe the lab cannot read',
      '::guide',
      '::lab[Open]{recipe="rank=0"}',
      1,
      /lab cannot read.*rank=0/,
    ],
    [
      'a link to no lesson',
      '::guide',
      'See [it](/courses/advanced-nlp/magic).',
      5,
      /no lesson magic/,
    ],
    ['a link to no heading', '::guide', '[it](#nowhere)', 1, /no heading with the id #nowhere/],
    [
      'a heading of an unwritten lesson',
      '::guide',
      '[it](/courses/advanced-nlp/production-rag#a)',
      1,
      /not written yet/,
    ],
    ['a link to no page', '::guide', '[it](/labs)', 1, /no page \/labs/],
    ['a link without TLS', '::guide', '[it](http://example.org)', 1, /A link is https/],
    ['code without a language', '```python title="The loss of one pair"', '```', 1, /no language/],
    [
      'code in another language',
      '```python title="The loss of one pair"',
      '```cobol',
      1,
      /in cobol/,
    ],
    ['a formula', '::guide', '$\\frac{1}$', 1, /formula cannot be set/],
    ['HTML', '::guide', '<b>bold</b>', 1, /HTML is not taken/],
    ['an image', '::guide', '![a](b.png)', 1, /Images are not taken/],
    ['a preview’s end in a section', '::guide', '::preview-end', 1, /right before the heading/],
    ['a component where none can stand', '::guide', '> ::guide', 3, /cannot stand here/],
    [
      'a note without a paragraph',
      '## When it fails {#fails}',
      '## When it fails {#fails}\n\n:::aside\nNote.\n:::',
      1,
      /follows the paragraph/,
      2,
    ],
  ];
  it.each(AT_LINE)('%s', (_what, line, by, column, message, below = 0) => {
    const { text, at } = withLine(line, by);
    const faults = faultsOf(text);
    expect(faults.map((fault) => fault.message).join('\n')).toMatch(message);
    const fault = faults.find((one) => message.test(one.message))!;
    expect([fault.line, fault.column]).toEqual([at + below, column]);
  });

  it('an answer that does not explain itself', () => {
    const { text, at } = withLine('  Only the difference of the two gains enters the sigmoid.', '');
    expect(faultsOf(text)).toEqual([
      {
        line: at - 2,
        column: 1,
        message: expect.stringMatching(/does not explain itself/) as string,
      },
    ]);
  });

  it('a container that is never closed', () => {
    const text = source.replace(/\n:::\n\n## Choosing[^]*$/, '\n');
    expect(faultsOf(text)).toEqual([
      {
        line: expect.any(Number) as number,
        column: 1,
        message: expect.stringMatching(/never closed/) as string,
      },
    ]);
  });

  it.each([
    ['a missing field', "number: '05'\n", '', /number: it is missing/],
    [
      'an unknown field',
      'level: advanced',
      'level: advanced\nmood: good',
      /mood: there is no such/,
    ],
    ['a wrong value', 'minutes: 10', 'minutes: soon', /minutes/],
    ['another title than the course’s', 'title: Preference', 'title: My preference', /calls this/],
    ['another lesson’s slug', 'slug: preference-alignment', 'slug: production-rag', /The file of/],
    ['YAML that cannot be read', 'minutes: 10', 'minutes: [10', /Front matter/],
    ['an instrument it does not have', '[lora]', '[lora, optimization]', /names the instrument/],
    ['no end of its preview', '::preview-end\n', '', /one ::preview-end/],
  ])('front matter: %s', (_what, written, by, message) => {
    const faults = faultsOf(source.replace(written, by));
    expect(faults.map((fault) => fault.message).join('\n')).toMatch(message);
  });

  it('front matter that is not there', () => {
    expect(faultsOf('## One {#one}\n')[0]).toMatchObject({ line: 1, column: 1 });
  });

  it('points at the line of a front matter’s field', () => {
    const { text, at } = withLine('minutes: 10', 'minutes: soon');
    expect(faultsOf(text)).toEqual([
      { line: at, column: 1, message: expect.stringMatching(/^Front matter, minutes/) as string },
    ]);
  });

  it('all of them at once, in reading order, as file:line:column', () => {
    const text = source.replace('::guide', '::gide').replace('::methods', '::metods');
    expect(() => compile(text)).toThrow(
      new RegExp(`^${FILE}:\\d+:1 There is no directive ::gide.\n${FILE}:\\d+:1 There is no`),
    );
  });
});
