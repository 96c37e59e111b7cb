/** The leaderboard as CSV (RFC 4180), safe to open in a spreadsheet. */
import type { RankedEntry } from '../../src/lib/leaderboard/rank.ts';

const HEADER = [
  'rank',
  'nickname',
  'recipe',
  'status',
  'accuracy',
  'trainable',
  'submitted_at',
  'reason',
];

/** @param note said of every row, in a column of its own, where there is one */
export function leaderboardCsv(rows: readonly RankedEntry[], note: string | null = null): string {
  const lines = rows.map((row) => [
    row.rank,
    row.nickname,
    row.recipe,
    row.status,
    row.accuracy,
    row.trainable,
    new Date(row.submittedAt).toISOString(),
    row.reason,
  ]);
  const noted =
    note === null
      ? [HEADER, ...lines]
      : [[...HEADER, 'note'], ...lines.map((line) => [...line, note])];
  return noted.map((cells) => cells.map(cell).join(',') + '\r\n').join('');
}

/** A text that starts like a formula would be run by a spreadsheet: an apostrophe makes it text again. */
function cell(value: string | number | null): string {
  if (value === null) return '';
  const text =
    typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
