/** What the database of a stopped server holds, against what its clients were told. */
import { join } from 'node:path';
import type { LeaderboardDocument } from '../../src/lib/live/protocol.ts';
import { openDatabase } from '../../server/db/index.ts';
import {
  participants,
  rounds,
  sessionEvents,
  submissions,
  verifications,
} from '../../server/db/schema.ts';
import type { Acknowledged } from './killed-class.ts';

export interface Audit {
  acknowledged: number;
  /** Acknowledged, and not in the database. */
  lost: number;
  /** Rows for one run id beyond the first. */
  duplicates: number;
  /** Rows that nobody was told of. */
  unacknowledged: number;
  /** Submissions without exactly one `submission:received` and one `submission:verified` in the log. */
  withoutExactlyOneVerdict: number;
  /** Verifications that are not done. */
  unfinished: number;
  /** Places in the log that are missing or taken twice. */
  gapsInLog: number;
  participants: { expected: number; found: number };
  rounds: { expected: number; found: number };
  /** One row a participant, all verified, and each the figure of a row in the database. */
  boardIsRight: boolean;
}

export const isClean = (a: Audit): boolean =>
  a.lost +
    a.duplicates +
    a.unacknowledged +
    a.withoutExactlyOneVerdict +
    a.unfinished +
    a.gapsInLog ===
    0 &&
  a.participants.expected === a.participants.found &&
  a.rounds.expected === a.rounds.found &&
  a.boardIsRight;

/** @param place a Postgres address, or the data folder of a stopped server */
export async function audit(
  place: string,
  acknowledged: readonly Acknowledged[],
  expected: { students: number; rounds: number; board: LeaderboardDocument },
): Promise<Audit> {
  const database = await openDatabase(
    place.startsWith('postgres')
      ? { kind: 'postgres', url: place }
      : { kind: 'pglite', folder: join(place, 'pglite') },
  );
  try {
    const { db } = database;
    const rows = await db.select().from(submissions);
    const log = await db.select().from(sessionEvents).orderBy(sessionEvents.seq);
    const jobs = await db.select().from(verifications);
    const verdicts = (id: string, type: string) =>
      log.filter(
        ({ event }) => event.type === type && 'submissionId' in event && event.submissionId === id,
      ).length;
    const byRun = new Map(rows.map((row) => [row.runId, row]));
    const told = new Set(acknowledged.map(({ runId }) => runId));
    return {
      acknowledged: acknowledged.length,
      lost: acknowledged.filter(({ runId, submissionId }) => byRun.get(runId)?.id !== submissionId)
        .length,
      duplicates: rows.length - byRun.size,
      unacknowledged: rows.filter(({ runId }) => !told.has(runId)).length,
      withoutExactlyOneVerdict: rows.filter(
        ({ id, status }) =>
          status !== 'verified' ||
          verdicts(id, 'submission:received') !== 1 ||
          verdicts(id, 'submission:verified') !== 1 ||
          verdicts(id, 'submission:rejected') !== 0,
      ).length,
      unfinished: jobs.filter(({ state }) => state !== 'done').length + (rows.length - jobs.length),
      gapsInLog: log.filter(({ seq }, index) => seq !== index + 1).length,
      participants: {
        expected: expected.students,
        found: (await db.select().from(participants)).length,
      },
      rounds: { expected: expected.rounds, found: (await db.select().from(rounds)).length },
      boardIsRight: expected.board.rows.every(
        (row) =>
          row.status === 'verified' &&
          rows.some(({ id, accuracy }) => id === row.submissionId && accuracy === row.accuracy),
      ),
    };
  } finally {
    await database.close();
  }
}
