/**
 * The composition root: everything that owns truth, opened once per process.
 *
 * `server/index.ts` and Kit's bundle each evaluate this module, so the instance lives on globalThis and
 * not in the module. Nothing opens when it is imported: `vite build` imports it too.
 */
import { join } from 'node:path';
import type { RequestListener } from 'node:http';
import { timeLeft } from '../src/lib/live/round-time.ts';
import { adminListener } from './admin.ts';
import { Accounts } from './auth/accounts.ts';
import { RateLimits } from './auth/rate-limits.ts';
import { createAuthSessions, type AuthSessions } from './auth/sessions.ts';
import {
  openDatabase,
  type Database,
  type DatabaseLocation,
  type OpenDatabase,
} from './db/index.ts';
import { Arrivals } from './live/arrivals.ts';
import { guardAgainstFlood } from './live/door-commands.ts';
import { Door } from './live/door.ts';
import { endDueRound } from './live/host-commands.ts';
import { Hosts } from './live/hosts.ts';
import { LiveHub } from './live/hub.ts';
import { OpenChallenges } from './live/open-challenges.ts';
import { Plans } from './live/plans.ts';
import { Rooms } from './live/rooms.ts';
import { Seats } from './live/seats.ts';
import { createLogger, type Logger } from './log.ts';
import { Metrics } from './metrics.ts';
import { DataFolderInUse, ownDataFolder } from './owner.ts';
import { dataFolder, packageVersion } from './paths.ts';
import { ClassCodes } from './passes/class-codes.ts';
import { paymentKeys, Payments, type PaymentKeys } from './passes/payments.ts';
import { Passes } from './passes/passes.ts';
import { Rehearsals } from './rehearsal/rehearsals.ts';
import { deploymentSecret } from './settings.ts';
import { StudyRecords } from './study/records.ts';
import { FirstAdmissions } from './submissions/first-admissions.ts';
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
  hosts: Hosts;
  plans: Plans;
  door: Door;
  arrivals: Arrivals;
  hub: LiveHub;
  queue: VerificationQueue;
  verifier: Verifier;
  metrics: Metrics;
  uploads: UploadSlots;
  firstAdmissions: FirstAdmissions;
  study: StudyRecords;
  passes: Passes;
  classCodes: ClassCodes;
  /** Null where the deployment takes no payments. */
  payments: Payments | null;
  rehearsals: Rehearsals;
  openChallenges: OpenChallenges;
  close(): Promise<void>;
}

export interface RootOptions {
  database: DatabaseLocation;
  /** Holds the lock, the admin socket and PGlite; null for none of them. */
  folder: string | null;
  log: Logger;
  now: () => number;
  evaluator: (secret: Uint8Array) => Evaluator;
  payments?: PaymentKeys | null;
  /** By which the waits of a rehearsal's simulated students are multiplied; 1 where it is left out. */
  rehearsalPace?: number;
}

/** One evaluation, the loading of the model included, in ms. */
const EVALUATION_TIMEOUT = 120_000;
/** In ms. */
const HOUSEKEEPING_INTERVAL = 5 * 60_000;

/** How late a round may end, in ms. */
const ROUND_CLOCK_INTERVAL = 500;

/** What the environment asks for: `DATABASE_URL`, `RANKROOM_DATA`, `LOG_LEVEL`, `STRIPE_…`. */
function fromEnvironment(): RootOptions {
  const folder = dataFolder();
  const url = process.env.DATABASE_URL;
  return {
    database: url ? { kind: 'postgres', url } : { kind: 'pglite', folder: join(folder, 'pglite') },
    folder,
    log: createLogger(),
    now: Date.now,
    evaluator: (secret) => new ForkedEvaluator({ secret, timeout: EVALUATION_TIMEOUT }),
    payments: paymentKeys(),
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
    const hosts = new Hosts(db, rooms, now);
    const passes = new Passes(db, now);
    const secret = await deploymentSecret(db);
    const door = new Door(secret, limits, now);
    const arrivals = new Arrivals(db, now);
    rooms.onEvents(({ meta }, events) => arrivals.note(meta.id, events));
    const doors = { rooms, seats, sessions, limits, door, arrivals };
    const hub = new LiveHub(doors, hosts, log, now);
    const queue = new VerificationQueue(db, now);
    const metrics = new Metrics({
      connections: () => hub.connections,
      rooms: () => rooms.loaded,
      queued: () => queue.depth(),
    });
    const verifier = new Verifier({
      queue,
      rooms,
      evaluator: options.evaluator(secret),
      log,
      now,
      onVerdict: (verdict) => metrics.verdicts.inc({ verdict }),
    });
    const alone = database.kind === 'pglite';
    if (alone) await queue.reclaim();
    const rehearsals = new Rehearsals({
      ...{ db, rooms, seats, hub, log, now, alone },
      pace: options.rehearsalPace ?? 1,
    });
    await rehearsals.start();
    verifier.start();
    const housekeeping = setInterval(() => {
      hub.evictIdle();
      hosts
        .forgetExpired()
        .catch((error: unknown) => log.error({ error }, 'expired links could not be deleted'));
    }, HOUSEKEEPING_INTERVAL);
    housekeeping.unref();
    const roundClock = setInterval(() => {
      endDueRounds(rooms, log, now);
      hub.showSigns();
      tendDoors(rooms, arrivals, log, now);
    }, ROUND_CLOCK_INTERVAL);
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
      hosts,
      plans: new Plans(db, now),
      door,
      arrivals,
      hub,
      queue,
      verifier,
      metrics,
      uploads: new UploadSlots(),
      firstAdmissions: new FirstAdmissions(),
      study: new StudyRecords(db, now),
      passes,
      classCodes: new ClassCodes(db, passes, now),
      payments: options.payments ? new Payments(options.payments, { db, passes, log, now }) : null,
      rehearsals,
      openChallenges: new OpenChallenges(db, rooms, now),
      async close() {
        clearInterval(housekeeping);
        clearInterval(roundClock);
        await rehearsals.close();
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

/** Writes down who has connected, and guards the doors that are under attack. */
function tendDoors(rooms: Rooms, arrivals: Arrivals, log: Logger, now: () => number): void {
  arrivals
    .write()
    .catch((error: unknown) => log.error({ error }, 'arrivals could not be stored; trying again'));
  for (const { sessionId, seats } of arrivals.floods())
    rooms
      .byId(sessionId)
      // Nobody could show the sign at the door of an open challenge.
      .then((room) => room && !room.meta.open && guardAgainstFlood(room, seats, now))
      .catch((error: unknown) => log.error({ error }, 'a door could not be guarded; trying again'));
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
