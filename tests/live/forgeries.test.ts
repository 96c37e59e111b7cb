/** The built server and its real verifier against every forgery we know of. */
import { beforeAll, expect, it } from 'vitest';
import { holdForgeryClass, type ForgeryClass } from '../support/forgery-class.ts';

let outcome: ForgeryClass;
beforeAll(async () => {
  outcome = await holdForgeryClass();
}, 300_000);

it('refuses or rejects each forgery with a sentence, or ranks it by the server’s own figure (U-3, U-4, U-7, V-1–V-3)', () => {
  expect(outcome.forgeries.length).toBeGreaterThan(25);
  for (const record of outcome.forgeries)
    expect(record, JSON.stringify(record)).toMatchObject({ asExpected: true });
});

it('keeps an honest submission verified and first beside them (U-1, U-2, R-1)', () => {
  expect(outcome.honest).toMatchObject({
    status: 201,
    repeatedStatus: 200,
    sameSubmission: true,
    row: { status: 'verified', rank: 1 },
  });
});

it('shows no row for what was refused, and no claimed figure for what was judged (V-2, R-1)', () => {
  const refused = outcome.forgeries.filter(
    ({ status, forgery }) => status >= 400 && !/own run id|too many/.test(forgery),
  );
  for (const { row } of refused) expect(row).toBeNull();
  const ranks = outcome.board.rows.map(({ status }) => status);
  expect(ranks).toEqual([...ranks].sort((a, b) => (a === b ? 0 : a === 'verified' ? -1 : 1)));
  expect(outcome.board.rows.every(({ status }) => status !== 'provisional')).toBe(true);
});
