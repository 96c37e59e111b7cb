/**
 * Makes the task `definition-domain`: a WordNet definition, and which of twelve domains its noun belongs to.
 * Run: npx tsx scripts/data/definition-domain.ts
 *
 * Training texts come from synsets that are not reserved, balanced by label. Validation and the pool for the
 * private tests come from the reserved ones. A definition that several synsets share is left out.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { randomStream, shuffled } from '../../src/lib/engine/data/random.ts';
import { definitionKey, isReserved, readWordNet } from './wordnet.ts';

/** lexnames(5WN): file number of each domain. */
const DOMAINS: Record<string, number> = {
  act: 4,
  animal: 5,
  artifact: 6,
  body: 8,
  communication: 10,
  food: 13,
  location: 15,
  person: 18,
  plant: 20,
  state: 26,
  substance: 27,
  group: 14,
};
const TRAIN_PER_LABEL = 600;
const VALIDATION_PER_LABEL = 42;
const SEED = 1;

interface Row {
  text: string;
  label: string;
}

const labelOf = new Map(Object.entries(DOMAINS).map(([label, file]) => [file, label]));
const synsets = readWordNet();
const seen = new Map<string, number>();
for (const { definition } of synsets) {
  const key = definitionKey(definition);
  seen.set(key, (seen.get(key) ?? 0) + 1);
}

const open: Row[] = [];
const reserved: Row[] = [];
for (const { id, part, lexicographerFile, definition } of synsets) {
  const label = part === 'noun' ? labelOf.get(lexicographerFile) : undefined;
  if (!label || seen.get(definitionKey(definition)) !== 1) continue;
  (isReserved(id) ? reserved : open).push({ text: definition, label });
}

const takePerLabel = (rows: readonly Row[], count: number) =>
  Object.keys(DOMAINS).flatMap((label) => {
    const own = rows.filter((row) => row.label === label);
    if (own.length < count) throw new Error(`only ${own.length} definitions for ${label}`);
    return own.slice(0, count);
  });

const train = takePerLabel(shuffled(open, randomStream(SEED, 'train')), TRAIN_PER_LABEL);
const validation = takePerLabel(
  shuffled(reserved, randomStream(SEED, 'validation')),
  VALIDATION_PER_LABEL,
);
const shown = new Set(validation.map(({ text }) => text));
const pool = reserved.filter(({ text }) => !shown.has(text));

const jsonl = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row) + '\n').join('');
const task = {
  id: 'definition-domain',
  title: 'What kind of thing is defined?',
  description:
    'A dictionary definition without its word. Tell which of twelve domains the defined noun belongs to.',
  // As in the sentences of the pretraining text that say what a thing is a kind of.
  template: '{text}: a kind of',
  labels: Object.keys(DOMAINS),
};
const publicFolder = 'static/tasks/definition-domain';
const privateFolder = 'server/tasks/definition-domain';
mkdirSync(publicFolder, { recursive: true });
mkdirSync(privateFolder, { recursive: true });
writeFileSync(`${publicFolder}/task.json`, JSON.stringify(task, null, 2) + '\n');
writeFileSync(`${publicFolder}/train.jsonl`, jsonl(shuffled(train, randomStream(SEED, 'order'))));
writeFileSync(
  `${publicFolder}/validation.jsonl`,
  jsonl(shuffled(validation, randomStream(SEED, 'order'))),
);
writeFileSync(`${privateFolder}/reserved.jsonl`, jsonl(pool));
const smallest = Math.min(
  ...task.labels.map((label) => pool.filter((row) => row.label === label).length),
);
console.log(
  `train ${train.length}, validation ${validation.length}, reserved pool ${pool.length} (at least ${smallest} per label)`,
);
