/**
 * Makes the task `part-of-speech`: a WordNet definition, and whether its word is a noun, verb, adjective or adverb.
 * Run: npx tsx scripts/data/part-of-speech.ts
 *
 * The training split is small on purpose. Validation and the pool of the private tests come from reserved synsets,
 * as in every task made from WordNet; the pool is cut to what private splits can use, because nouns are many.
 */
import { randomStream, shuffled } from '../../src/lib/engine/data/random.ts';
import { takePerLabel, writeTask, type Row } from './task-files.ts';
import { isReserved, readUnsharedDefinitions, type Synset } from './wordnet.ts';

const LABELS: Record<Synset['part'], string> = {
  noun: 'noun',
  verb: 'verb',
  adj: 'adjective',
  adv: 'adverb',
};
const TRAIN_PER_LABEL = 50;
const VALIDATION_PER_LABEL = 50;
const POOL_PER_LABEL = 500;
const SEED = 1;

const open: Row[] = [];
const reserved: Row[] = [];
for (const { id, part, definition } of readUnsharedDefinitions())
  (isReserved(id) ? reserved : open).push({ text: definition, label: LABELS[part] });

const labels = Object.values(LABELS);
const drawn = shuffled(reserved, randomStream(SEED, 'part-of-speech/validation'));
const validation = takePerLabel(labels, drawn, VALIDATION_PER_LABEL);
const shown = new Set(validation);
const train = takePerLabel(
  labels,
  shuffled(open, randomStream(SEED, 'part-of-speech/train')),
  TRAIN_PER_LABEL,
);
writeTask('part-of-speech', {
  train: shuffled(train, randomStream(SEED, 'order')),
  validation: shuffled(validation, randomStream(SEED, 'order')),
  pool: labels.flatMap((label) =>
    drawn.filter((row) => row.label === label && !shown.has(row)).slice(0, POOL_PER_LABEL),
  ),
});
