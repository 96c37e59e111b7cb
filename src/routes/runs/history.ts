/** One list of the runs in this browser, with their weights, and of those that only the account knows. */
import type { RecordedRun } from '$lib/content/run-record.ts';
import { recordOfRun } from '$lib/content/run-record.ts';
import type { KeptRun } from '$lib/lab/run-store.ts';

export interface ListedRun extends RecordedRun {
  /** The run with its weights; null where another browser has them. */
  kept: KeptRun | null;
}

/** The newest first; a run that both have stands once. */
export function listRuns(kept: readonly KeptRun[], recorded: readonly RecordedRun[]): ListedRun[] {
  const here = new Set(kept.map(({ id }) => id));
  return [
    ...kept.map((run) => ({ ...recordOfRun(run), id: run.id, code: run.code, kept: run })),
    ...recorded.filter(({ id }) => !here.has(id)).map((run) => ({ ...run, kept: null })),
  ].sort((a, b) => b.finishedAt - a.finishedAt);
}
