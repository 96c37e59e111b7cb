/** Which finished runs make room for others. A full fine-tune's artifact takes 5 MB, and a browser's disk ends. */
import type { KeptRun } from './run-store.ts';

/** Runs kept of one session, and of the lab. */
const KEPT = 20;
/** The newest of them are kept whatever their accuracy: what was just trained must not vanish. */
const NEWEST = 5;
/** A session whose last run is older is over. The lab has no end. */
const SESSION_DAYS = 60;
const DAY_MS = 24 * 60 * 60_000;

/** What of a run decides whether it stays. */
export type Judged = Pick<KeptRun, 'id' | 'code' | 'finishedAt'> & {
  result: { after: { accuracy: number } };
};

/**
 * Ids of the runs to remove: all of sessions that are over, and of the others the least accurate beyond the limit.
 * @param lab the place whose runs do not age
 */
export function surplusRuns(runs: readonly Judged[], now: number, lab = 'lab'): string[] {
  const codes = new Set(runs.map(({ code }) => code));
  return [...codes].flatMap((code) => {
    const newestFirst = runs
      .filter((run) => run.code === code)
      .sort((a, b) => b.finishedAt - a.finishedAt);
    const over = code !== lab && now - newestFirst[0]!.finishedAt > SESSION_DAYS * DAY_MS;
    const older = newestFirst
      .slice(NEWEST)
      .sort((a, b) => b.result.after.accuracy - a.result.after.accuracy);
    return (over ? newestFirst : older.slice(KEPT - NEWEST)).map(({ id }) => id);
  });
}
