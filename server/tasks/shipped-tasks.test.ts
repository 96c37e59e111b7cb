/** Every shipped task, as its files have it: what one could learn from a public file may not be asked privately. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTexts } from '../../src/lib/engine/data/general-text.ts';
import { sharedLabelTokens } from '../../src/lib/engine/data/label-words.ts';
import { SHIPPED_TASKS } from '../../src/lib/engine/data/shipped-tasks.ts';
import { parseExamples, parseTask } from '../../src/lib/engine/data/task.ts';
import { createTokenizer } from '../../src/lib/engine/data/tokenizer.ts';
import { TaskIdSchema } from '../../src/lib/engine/formats/recipe.ts';
import * as v from 'valibot';
import { findTask } from '../catalogue.ts';
import { packageRoot } from '../paths.ts';
import { loadPrivateSplits } from './splits.server.ts';

const read = (...parts: string[]) => readFileSync(join(packageRoot(), ...parts), 'utf8');
const secret = new Uint8Array(32).fill(7);
const key = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, ' ');
const tokenizers = readdirSync(join(packageRoot(), 'static/models')).map((id) => ({
  id,
  tokenizer: createTokenizer(JSON.parse(read('static/models', id, 'tokenizer.json')) as object, 1),
}));

it('D-1: the list of shipped tasks and the folders hold the same', () => {
  const folders = (folder: string) =>
    readdirSync(join(packageRoot(), folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  const ids = SHIPPED_TASKS.map(({ id }) => id).sort();
  expect(folders('static/tasks')).toEqual(ids);
  expect(folders('server/tasks')).toEqual(ids);
});

describe.each(SHIPPED_TASKS)('$id', (shipped) => {
  const task = parseTask(JSON.parse(read('static/tasks', shipped.id, 'task.json')));
  const train = parseExamples(read('static/tasks', task.id, 'train.jsonl'), task);
  const validation = parseExamples(read('static/tasks', task.id, 'validation.jsonl'), task);
  const pool = parseExamples(read('server/tasks', task.id, 'reserved.jsonl'), task);

  it('D-1: is known to the server and described by its own file', async () => {
    expect(task).toEqual(shipped);
    expect(v.is(TaskIdSchema, task.id)).toBe(true);
    expect(await findTask(task.id)).toEqual(task);
  });

  it('D-2: shares no text between its splits, and gives each text one label', () => {
    const texts = [...train, ...validation, ...pool].map(({ text }) => key(text));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('D-2: has every label in every public split', () => {
    for (const split of [train, validation])
      expect(new Set(split.map(({ label }) => label)).size).toBe(task.labels.length);
  });

  it('D-3: yields two disjoint private splits of about 600, or of half its pool, with all labels alike', async () => {
    const { liveTest, finalTest } = await loadPrivateSplits(task, secret);
    const perLabel = liveTest.length / task.labels.length;
    const counts = (split: typeof liveTest) =>
      task.labels.map((_, label) => split.filter((example) => example.label === label).length);
    for (const split of [liveTest, finalTest])
      expect(counts(split)).toEqual(task.labels.map(() => perLabel));
    const fewest = Math.min(...counts(pool));
    expect(perLabel).toBe(Math.min(Math.ceil(600 / task.labels.length), Math.floor(fewest / 2)));
    expect(perLabel).toBeGreaterThanOrEqual(50);
    const open = new Set([...train, ...validation].map(({ text }) => text));
    const drawn = [...liveTest, ...finalTest].map(({ text }) => text);
    expect(new Set(drawn).size).toBe(2 * liveTest.length);
    expect(drawn.filter((text) => open.has(text))).toEqual([]);
  });

  it.each(tokenizers)('D-4: its label words begin with tokens of their own in $id', ({ tokenizer }) => {
    expect(sharedLabelTokens(task, tokenizer)).toEqual([]);
  });
});

it('D-5: ciphered-domain keeps each text in the split it has in definition-domain', () => {
  const rot13 = (text: string) =>
    text.replace(/[a-z]/gi, (letter) =>
      String.fromCharCode(letter.charCodeAt(0) + (letter.toLowerCase() < 'n' ? 13 : -13)),
    );
  for (const [folder, file] of [
    ['static', 'train.jsonl'],
    ['static', 'validation.jsonl'],
    ['server', 'reserved.jsonl'],
  ] as const) {
    const rows = (id: string) =>
      read(folder, 'tasks', id, file)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { text: string; label: string });
    const plain = rows('definition-domain').map(({ text, label }) => ({ text: rot13(text), label }));
    expect(rows('ciphered-domain')).toEqual(plain);
  }
});

describe('spam', () => {
  const texts = ['static/tasks/spam/train.jsonl', 'static/tasks/spam/validation.jsonl', 'server/tasks/spam/reserved.jsonl']
    .flatMap((file) => read(file).trim().split('\n'))
    .map((line) => (JSON.parse(line) as { text: string }).text);

  it('D-6: holds no address and no telephone number', () => {
    const found = texts.flatMap((text) => [
      ...text.matchAll(/@|https?:|www\.|\d{3}[-. )]{1,2}\d{3}[-. ]\d{4}|\b\d{3}-\d{4}\b|(?:\d[- ]{1,3}){9,}\d|\d{7,}/gi),
    ]);
    expect(found.map(({ input }) => input)).toEqual([]);
  });

  it('D-6: no mark of a list or of a reply tells the label', () => {
    expect(texts.filter((text) => /^(re|fwd?|adv)\s*:|^\[|^on .{0,80}wrote:/i.test(text))).toEqual([]);
  });
});

it('D-7: the general English stands in no public split of a task', () => {
  const published = SHIPPED_TASKS.flatMap(({ id }) =>
    ['train.jsonl', 'validation.jsonl'].flatMap((file) =>
      read('static/tasks', id, file).trim().split('\n'),
    ),
  ).map((line) => key((JSON.parse(line) as { text: string }).text).trim());
  const texts = parseTexts(read('static/text/general-english.jsonl'));
  expect(texts).toHaveLength(256);
  const definitions = texts.map((text) => key(text.replace(/^.*?: |; ".*$/g, '')).trim());
  const shown = new Set(published);
  expect(definitions.filter((definition) => shown.has(definition))).toEqual([]);
});
