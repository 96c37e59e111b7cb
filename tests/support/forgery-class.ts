/** A session on the built server in which everybody but one student cheats, and what came of each. */
import { randomUUID } from 'node:crypto';
import type { RankedEntry } from '../../src/lib/leaderboard/rank.ts';
import type { LeaderboardDocument } from '../../src/lib/live/protocol.ts';
import { removeFolder, startServer, temporaryFolder } from '../../scripts/lib/server.mjs';
import { forgeryChallenge, makeForgeries, type Forgery, type Outcome } from './forgeries.ts';
import { honestRun } from './honest-run.ts';
import { Person, type Answer } from './person.ts';

type Row = Pick<RankedEntry, 'rank' | 'status' | 'accuracy' | 'trainable' | 'reason'>;

export interface ForgeryRecord {
  forgery: string;
  /** What the device claimed. */
  claimedAccuracy: number | null;
  /** Of the last request. */
  status: number;
  message: string | null;
  /** The forger's row in leaderboard.json once everything was judged. */
  row: Row | null;
  expected: string;
  asExpected: boolean;
}

export interface ForgeryClass {
  forgeries: ForgeryRecord[];
  honest: { status: number; repeatedStatus: number; sameSubmission: boolean; row: Row | null };
  /** The server's resident memory in MiB, before the first forgery and after the last. */
  residentMiB: { before: number; after: number };
  board: LeaderboardDocument;
}

const HONEST = 'Honest';

export async function holdForgeryClass(): Promise<ForgeryClass> {
  const run = await honestRun();
  const data = await temporaryFolder();
  const server = await startServer({ data });
  try {
    const host = new Person(server.url);
    const code = await host.createSession(await server.setupPath());
    const screen = host.open(code, 'host');
    const round = await screen.startRound(forgeryChallenge());

    const honest = new Person(server.url);
    await honest.join(code, HONEST);
    const runId = randomUUID();
    const sent = { round: round.id, ...run };
    const first = await honest.submit(code, runId, sent);

    const before = await residentMiB(server.url);
    const answers = new Map<Forgery, Answer>();
    for (const forgery of await makeForgeries(run, runId)) {
      const forger = new Person(server.url);
      await forger.join(code, forgery.name);
      for (const { runId: id, artifact } of forgery.sends)
        answers.set(
          forgery,
          await forger.submit(code, id, { ...forgery, artifact: artifact ?? forgery.artifact }),
        );
    }
    const after = await residentMiB(server.url);
    const repeated = await honest.submit(code, runId, sent);

    await screen.until('every submission judged', ({ submissions }) =>
      Object.values(submissions).every(({ status }) => status !== 'provisional'),
    );
    screen.close();
    const board = await host.leaderboard(code);
    return {
      forgeries: [...answers].map(([forgery, answer]) => recordOf(forgery, answer, board)),
      honest: {
        status: first.status,
        repeatedStatus: repeated.status,
        sameSubmission: first.body.submissionId === repeated.body.submissionId,
        row: rowOf(board, HONEST),
      },
      residentMiB: { before, after },
      board,
    };
  } finally {
    await server.stop();
    await removeFolder(data);
  }
}

function recordOf(
  { name, report, outcome }: Forgery,
  { status, body }: Answer,
  board: LeaderboardDocument,
): ForgeryRecord {
  const row = rowOf(board, name);
  const message = body.error ?? null;
  return {
    forgery: name,
    claimedAccuracy: report.accuracy,
    status,
    message,
    row,
    expected: describe(outcome),
    asExpected: cameTrue(outcome, status, message, row),
  };
}

function cameTrue(
  outcome: Outcome,
  status: number,
  message: string | null,
  row: Row | null,
): boolean {
  switch (outcome.kind) {
    case 'refused':
      return status === outcome.status && outcome.says.test(message ?? '');
    case 'rejected':
      return (
        status === 201 &&
        row?.status === 'rejected' &&
        row.rank === null &&
        row.accuracy === null &&
        outcome.says.test(row.reason ?? '')
      );
    case 'verified':
      return (
        status === 201 &&
        row?.status === 'verified' &&
        (row.accuracy ?? Infinity) < outcome.accuracyBelow
      );
  }
}

function describe(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'refused':
      return `refused with ${outcome.status}`;
    case 'rejected':
      return 'taken, then rejected with a reason';
    case 'verified':
      return `ranked by the server's own figure, below ${outcome.accuracyBelow}`;
  }
}

function rowOf(board: LeaderboardDocument, nickname: string): Row | null {
  const row = board.rows.find((candidate) => candidate.nickname === nickname);
  if (!row) return null;
  const { rank, status, accuracy, trainable, reason } = row;
  return { rank, status, accuracy, trainable, reason };
}

async function residentMiB(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const bytes = Number(/^rankroom_process_resident_memory_bytes (\S+)/m.exec(text)?.[1]);
  return Math.round(bytes / 2 ** 20);
}
