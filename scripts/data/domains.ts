/**
 * Definitions of nouns in twelve domains, split once: `definition-domain` shows them as they are, `ciphered-domain`
 * in cipher. A text is in the same split of both, so neither task gives away the other's private examples.
 *
 * Training texts come from synsets that are not reserved, balanced by label. Validation and the pool for the
 * private tests come from the reserved ones. A definition that several synsets share is left out.
 */
import { randomStream, shuffled } from '../../src/lib/engine/data/random.ts';
import { takePerLabel, type Row, type TaskFiles } from './task-files.ts';
import { isReserved, readUnsharedDefinitions } from './wordnet.ts';

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

export function domainSplits(): TaskFiles {
  const labels = Object.keys(DOMAINS);
  const labelOf = new Map(Object.entries(DOMAINS).map(([label, file]) => [file, label]));
  const open: Row[] = [];
  const reserved: Row[] = [];
  for (const { id, part, lexicographerFile, definition } of readUnsharedDefinitions()) {
    const label = part === 'noun' ? labelOf.get(lexicographerFile) : undefined;
    if (label) (isReserved(id) ? reserved : open).push({ text: definition, label });
  }
  const train = takePerLabel(labels, shuffled(open, randomStream(SEED, 'train')), TRAIN_PER_LABEL);
  const validation = takePerLabel(
    labels,
    shuffled(reserved, randomStream(SEED, 'validation')),
    VALIDATION_PER_LABEL,
  );
  const shown = new Set(validation.map(({ text }) => text));
  return {
    train: shuffled(train, randomStream(SEED, 'order')),
    validation: shuffled(validation, randomStream(SEED, 'order')),
    pool: reserved.filter(({ text }) => !shown.has(text)),
  };
}
