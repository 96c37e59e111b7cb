/** Counts of a finished test run, read from the JSON its runner wrote. */
import { readFile } from 'node:fs/promises';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @type {Record<'vitest' | 'playwright', (report: any) => Counts>} */
const COUNTERS = {
  vitest: (report) => ({
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  }),
  // A test that passed only when repeated has not passed.
  playwright: ({ stats }) => ({
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky,
    skipped: stats.skipped,
  }),
};

/**
 * @param {'vitest' | 'playwright'} runner
 * @param {string} file the report; a runner that died before writing it counts as one failure
 * @param {number} exitCode a failed run in which no test failed (a file that did not load) is one failure too
 * @returns {Promise<Counts>}
 */
export async function readCounts(runner, file, exitCode) {
  const report = await readFile(file, 'utf8').then(JSON.parse, () => null);
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const counts = COUNTERS[runner](report);
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/**
 * The last line of `npm test`.
 * @param {Counts[]} all
 */
export function summaryLine(all) {
  const sum = (/** @type {keyof Counts} */ key) =>
    all.reduce((total, counts) => total + counts[key], 0);
  const skipped = sum('skipped');
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`;
}
