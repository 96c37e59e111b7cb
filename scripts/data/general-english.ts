/**
 * Makes static/text/general-english.jsonl: dictionary entries that the base models have never read, for measuring
 * how much English a run has cost them.
 * Run, after the tasks have been made: npx tsx scripts/data/general-english.ts
 *
 * Entries are of reserved synsets, written as the pretraining text writes them, and drawn evenly over all of them. One
 * whose definition stands in a public split of a task is passed over.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { randomStream, shuffled } from '../../src/lib/engine/data/random.ts';
import { SHIPPED_TASKS } from '../../src/lib/engine/data/shipped-tasks.ts';
import { entry } from '../pretrain/corpus.ts';
import { definitionKey, isReserved, readUnsharedDefinitions } from './wordnet.ts';

const TEXTS = 256;
const SEED = 1;
const FOLDER = 'static/text';

const published = new Set(
  SHIPPED_TASKS.flatMap(({ id }) =>
    ['train', 'validation'].flatMap((split) =>
      readFileSync(`static/tasks/${id}/${split}.jsonl`, 'utf8').trim().split('\n'),
    ),
  ).map((line) => definitionKey((JSON.parse(line) as { text: string }).text)),
);
const unread = readUnsharedDefinitions().filter(
  ({ id, definition }) => isReserved(id) && !published.has(definitionKey(definition)),
);
const texts = shuffled(unread, randomStream(SEED, 'general-english')).slice(0, TEXTS).map(entry);

mkdirSync(FOLDER, { recursive: true });
writeFileSync(
  `${FOLDER}/general-english.jsonl`,
  texts.map((text) => JSON.stringify({ text }) + '\n').join(''),
);
writeFileSync(
  `${FOLDER}/NOTICE.txt`,
  [
    'general-english.jsonl: entries of WordNet 3.1, selected and reformatted.',
    'WordNet 3.1 Copyright 2011 by Princeton University. All rights reserved.',
    "Its licence and notice are in the NOTICE file at the root of this project's repository, and at",
    'https://wordnet.princeton.edu/license-and-commercial-use.',
    '',
  ].join('\n'),
);
console.log(`${texts.length} entries of ${unread.length}`);
