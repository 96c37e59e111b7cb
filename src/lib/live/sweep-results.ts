/** How far a class has come with a sweep: which cell is dealt next, and what each has brought. Pure. */
import { standingOf, type Round, type SessionState } from './session.ts';
import { cellsOf } from './sweep.ts';

/**
 * The cell to deal next: the one with the fewest results and devices at work on it, the first of several.
 * @param present participants with an open page: what was dealt to others is not waited for
 */
export function nextCell(
  state: SessionState,
  round: Round,
  participantId: string,
  present: ReadonlySet<string>,
): number | null {
  const { sweep } = round;
  if (!sweep) return null;
  const counts = cellsOf(sweep).map(() => 0);
  const done = new Set<string>();
  for (const submission of standingOf(state, round.id)) {
    if (submission.cell === null || submission.status === 'rejected') continue;
    counts[submission.cell] = (counts[submission.cell] ?? 0) + 1;
    done.add(`${submission.participantId} ${submission.cell}`);
  }
  for (const [id, cell] of Object.entries(round.dealt)) {
    if (id === participantId || !present.has(id) || done.has(`${id} ${cell}`)) continue;
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  // Again the same cell would be the same result: another one, where there is another.
  const own = (cell: number) => round.dealt[participantId] === cell;
  const fewest = counts
    .map((count, cell) => ({ count, cell }))
    .sort(
      (a, b) => Number(own(a.cell)) - Number(own(b.cell)) || a.count - b.count || a.cell - b.cell,
    );
  return fewest[0]?.cell ?? null;
}

export interface CellResult {
  /** Verified accuracies, 0–1, in the order of receipt. */
  accuracies: number[];
  /** Results that are not verified yet. */
  waiting: number;
}

/** What a sweep has found, by cell. */
export function resultsOf(state: SessionState, round: Round): CellResult[] {
  if (!round.sweep) return [];
  const results = cellsOf(round.sweep).map(() => ({ accuracies: [] as number[], waiting: 0 }));
  const standing = standingOf(state, round.id).sort((a, b) => a.submittedAt - b.submittedAt);
  for (const { cell, status, accuracy } of standing) {
    const result = cell === null ? undefined : results[cell];
    if (!result) continue;
    if (status === 'verified' && accuracy !== null) result.accuracies.push(accuracy);
    else if (status === 'provisional') result.waiting++;
  }
  return results;
}
