/** Keeps one of several texts that say nearly the same: a split made afterwards has no text on both of its sides. */

/** Letters of a text's beginning that no two texts may share. */
const BEGINNING = 80;
/** Words in a row that count as one thing said. */
const RUN = 4;
/** Share of a text's runs that another text may hold. */
const SHARED = 0.25;

/** In order: of each group the first. */
export function dropNearDuplicates<T extends { text: string }>(rows: readonly T[]): T[] {
  const beginnings = new Set<string>();
  /** Each run of words, and the kept texts that hold it. */
  const holders = new Map<string, number[]>();
  const kept: T[] = [];
  for (const row of rows) {
    // Numbers, capitals and placeholders are what copies differ in.
    const words =
      row.text
        .replace(/<\w+>/g, ' ')
        .toLowerCase()
        .match(/[a-z]+/g) ?? [];
    const beginning = words.join('').slice(0, BEGINNING);
    const runs = new Set(words.slice(RUN - 1).map((_, at) => words.slice(at, at + RUN).join(' ')));
    const shared = new Map<number, number>();
    for (const run of runs)
      for (const holder of holders.get(run) ?? [])
        shared.set(holder, (shared.get(holder) ?? 0) + 1);
    const most = Math.max(0, ...shared.values());
    if (beginnings.has(beginning) || most > SHARED * runs.size) continue;
    for (const run of runs) holders.set(run, [...(holders.get(run) ?? []), kept.length]);
    beginnings.add(beginning);
    kept.push(row);
  }
  return kept;
}
