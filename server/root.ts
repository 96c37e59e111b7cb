/**
 * The composition root: everything that owns truth, opened once per process.
 *
 * `server/index.ts` and Kit's bundle each evaluate this module, so the instance lives on globalThis and
 * not in the module. Nothing opens when it is imported: `vite build` imports it too.
 */
import { join } from 'node:path';
import type { RequestListener } from 'node:http';
import { timeLeft } from '../src/lib/live/round-time.ts';
import { Accounts } from './auth/accounts.ts';
import { RateLimits } from './auth/rate-limits.ts';
import { createAuthSessions, type AuthSessions } from './auth/sessions.ts';
import {
  openDatabase,
  type Database,
  type DatabaseLocation,
  type OpenDatabase,
} from './db/index.ts';
import { endDueRound } from './live/host-commands.ts';
import { LiveHub } from './live/hub.ts';
import { Rooms } from './live/rooms.ts';
import { Seats } from './live/seats.ts';
import { createLogger, type Logger } from './log.ts';
import { Metrics } from './metrics.ts';
import { DataFolderInUse, ownDataFolder } from './owner.ts';
import { dataFolder, packageVersion } from './paths.ts';
import { deploymentSecret } from './settings.ts';
import { UploadSlots } from './submissions/upload-slots.ts';
import type { Evaluator } from './verifier/evaluator.ts';
import { ForkedEvaluator } from './verifier/forked-evaluator.ts';
import { VerificationQueue } from './verifier/queue.ts';
import { Verifier } from './verifier/verifier.ts';

export interface Root {
  version: string;
  log: Logger;
  now: () => number;
  db: Database;
  database: OpenDatabase;
  accounts: Accounts;
  sessions: AuthSessions;
  limits: RateLimits;
  rooms: Rooms;
  seats: Seats;
  hub: LiveHub;
  queue: VerificationQueue;
  verifier: Verifier;
  metrics: Metrics;
  uploads: UploadSlots;
  close(): Promise<void>;
}

export interface RootOptions {
  database: DatabaseLocation;
  /** Holds the lock, the admin socket and PGlite; null for none of them. */
  folder: string | null;
  log: Logger;
  now: () => number;
  evaluator: (secret: Uint8Array) => Evaluator;
}

/** One evaluation, the loading of the model included, in ms. */
const EVALUATION_TIMEOUT = 120_000;
/** In ms. */
const HOUSEKEEPING_INTERVAL = 5 * 60_000;

/** How late a round may end, in ms. */
const ROUND_CLOCK_INTERVAL = 500;

/** What the environment asks for: `DATABASE_URL`, `RANKROOM_DATA`, `LOG_LEVEL`. */
function fromEnvironment(): RootOptions {
  const folder = dataFolder();
  const url = process.env.DATABASE_URL;
  return {
    database: url ? { kind: 'postgres', url } : { kind: 'pglite', folder: join(folder, 'pglite') },
    folder,
    log: createLogger(),
    now: Date.now,
    evaluator: (secret) => new ForkedEvaluator({ secret, timeout: EVALUATION_TIMEOUT }),
  };
}

export async function createRoot(options: RootOptions): Promise<Root> {
  const { log, now } = options;
  let accounts: Accounts | null = null;
  const admin = adminListener(() => accounts);
  const release = await ownFolder(options, admin);
  try {
    const database = await openDatabase(options.database);
    const { db } = database;
    accounts = new Accounts(db, now);
    const sessions = createAuthSessions(db);
    const rooms = new Rooms(db, now);
    const seats = new Seats(db, now);
    const limits = new RateLimits();
    const hub = new LiveHub({ rooms, seats, sessions, limits }, log, now);
    const queue = new VerificationQueue(db, now);
    const metrics = new Metrics({
      connections: () => hub.connections,
      rooms: () => rooms.loaded,
      queued: () => queue.depth(),
    });
    const verifier = new Verifier({
      queue,
      rooms,
      evaluator: options.evaluator(await deploymentSecret(db)),
      log,
      now,
      onVerdict: (verdict) => metrics.verdicts.inc({ verdict }),
    });
    if (database.kind === 'pglite') await queue.reclaim();
    verifier.start();
    const housekeeping = setInterval(() => hub.evictIdle(), HOUSEKEEPING_INTERVAL);
    housekeeping.unref();
    const roundClock = setInterval(() => endDueRounds(rooms, log, now), ROUND_CLOCK_INTERVAL);
    roundClock.unref();
    return {
      version: packageVersion(),
      log,
      now,
      db,
      database,
      accounts,
      sessions,
      limits,
      rooms,
      seats,
      hub,
      queue,
      verifier,
      metrics,
      uploads: new UploadSlots(),
      async close() {
        clearInterval(housekeeping);
        clearInterval(roundClock);
        await hub.close();
        await verifier.close();
        await database.close();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** A round that was due while the server was down ends when somebody asks for its session again. */
function endDueRounds(rooms: Rooms, log: Logger, now: () => number): void {
  for (const room of rooms.open)
    if (timeLeft(room.state, now()) === 0)
      endDueRound(room, now).catch((error: unknown) =>
        log.error({ error }, 'a round could not be ended; trying again'),
      );
}

/** PGlite must have one owner; with Postgres a second server of the same folder only has no admin socket. */
async function ownFolder(
  { folder, database, log }: RootOptions,
  admin: RequestListener,
): Promise<() => Promise<void>> {
  if (!folder) return () => Promise.resolve();
  try {
    return await ownDataFolder(folder, admin);
  } catch (error) {
    if (database.kind === 'pglite' || !(error instanceof DataFolderInUse)) throw error;
    log.warn(
      'another server has the admin socket of this data folder; npm run instructor-link asks that one',
    );
    return () => Promise.resolve();
  }
}

/** What the owner does for commands that may not open the database themselves. */
function adminListener(accounts: () => Accounts | null): RequestListener {
  return (request, response) => {
    const held = accounts();
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.method !== 'POST' || request.url !== '/instructor-link')
      return answer(404, { error: 'no such command' });
    if (!held) return answer(503, { error: 'the server is still starting' });
    held.issueSetupPath().then(
      (path) => answer(200, { path, origin: process.env.RANKROOM_ORIGIN ?? null }),
      (error: unknown) => answer(500, { error: String(error) }),
    );
  };
}

const HELD = Symbol.for('rankroom');
const holder = globalThis as { [HELD]?: Promise<Root> };

/** The process's root, opened on the first call. A failed opening is tried again on the next. */
export function openRoot(): Promise<Root> {
  const opening = (holder[HELD] ??= createRoot(fromEnvironment()));
  opening.catch(() => {
    if (holder[HELD] === opening) delete holder[HELD];
  });
  return opening;
}

/** For a server that stops and another that takes its place in the same process. */
export async function closeRoot(): Promise<void> {
  const opening = holder[HELD];
  delete holder[HELD];
  await (await opening)?.close();
}
