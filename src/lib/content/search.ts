/** Search over the course: an index of words made at build time, and the ranking of what it finds. */

export interface SearchEntry {
  kind: 'lesson' | 'section' | 'instrument';
  href: string;
  title: string;
  /** Where it is, for beside the title. */
  place: string;
  tags: string;
  /** The distinct words of its text, in alphabetical order. */
  words: string;
}

/** Words in a text: letters of any script, digits, and marks within such as in `q_proj` or `4-bit`. */
const WORD = /[\p{L}\p{N}]+(?:[_-][\p{L}\p{N}]+)*/gu;

/** Words that stand in every section and tell none apart. */
const COMMON = new Set(
  (
    'a an and are as at be been but by can do does each for from had has have how if in into is it its ' +
    'more most no not of on one only or other so such than that the their them then there these they ' +
    'this to was were what when where which while who why will with you your'
  ).split(' '),
);

/** Lowercase, without accents: `naïve` is found by `naive`. */
const fold = (text: string) => text.toLowerCase().normalize('NFKD').replaceAll(/\p{M}/gu, '');

const wordsOf = (text: string) => fold(text).match(WORD) ?? [];

const tells = (word: string): boolean => word.length > 1 && !COMMON.has(word);

export function indexWords(text: string): string {
  return [...new Set(wordsOf(text))].filter(tells).sort().join(' ');
}

/** Points for a word of the query, by where an entry has one that begins with it. */
const FIELDS = [
  ['title', 8],
  ['tags', 4],
  ['words', 1],
] as const;
const WHOLE_WORD = 1.5;

/** Entries that have every word of the query that tells any apart, or one that begins with it; the best first, in the index's order. */
export function search(entries: readonly SearchEntry[], query: string, limit = 12): SearchEntry[] {
  const words = [...new Set(wordsOf(query))];
  if (words.length === 0) return [];
  // The index has no others; where there are only those a title may.
  const telling = words.filter(tells);
  const asked = telling.length > 0 ? telling : words;
  return entries
    .map((entry) => ({ entry, score: scoreOf(entry, asked) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ entry }) => entry);
}

/** 0 when one of the words is nowhere. */
function scoreOf(entry: SearchEntry, asked: readonly string[]): number {
  let score = 0;
  for (const word of asked) {
    const points = FIELDS.map(([field, weight]) => weight * match(entry[field], word));
    const best = Math.max(...points);
    if (best === 0) return 0;
    score += best;
  }
  return score;
}

function match(text: string, word: string): number {
  // A part of a word with marks in it counts as well: `proj` finds `q_proj`.
  const words = wordsOf(text).flatMap((found) => [found, ...found.split(/[_-]/)]);
  if (words.includes(word)) return WHOLE_WORD;
  return words.some((found) => found.startsWith(word)) ? 1 : 0;
}
