/**
 * Opens the database: Postgres when there is a `DATABASE_URL`, else PGlite in the data folder, migrated
 * either way. PGlite has one owner process; `../owner.ts` holds the lock that keeps it so.
 */
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator';
import { drizzle as drizzlePostgres } from 'drizzle-orm/postgres-js';
import { migrate as migratePostgres } from 'drizzle-orm/postgres-js/migrator';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import postgres from 'postgres';
import { packageRoot } from '../paths.ts';
import * as schema from './schema.ts';

/** Either driver. `execute` is not for use: its result differs between them. */
export type Database = Omit<PgDatabase<PgQueryResultHKT, typeof schema>, 'execute'>;
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

export interface OpenDatabase {
  db: Database;
  kind: 'postgres' | 'pglite';
  /** @throws when the database does not answer */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export type DatabaseLocation =
  | { kind: 'postgres'; url: string }
  /** `folder: null` keeps it in memory. */
  | { kind: 'pglite'; folder: string | null };

/** Any number; it only has to be the same in every node, so that one migrates and the others wait. */
const MIGRATION_LOCK = 7265;

export async function openDatabase(location: DatabaseLocation): Promise<OpenDatabase> {
  const migrationsFolder = join(packageRoot(), 'drizzle');
  return location.kind === 'postgres'
    ? openPostgres(location.url, migrationsFolder)
    : openPglite(location.folder, migrationsFolder);
}

async function openPostgres(url: string, migrationsFolder: string): Promise<OpenDatabase> {
  const quiet = { onnotice: () => {} };
  const migrator = postgres(url, { ...quiet, max: 1 });
  try {
    await migrator`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await migratePostgres(drizzlePostgres(migrator), { migrationsFolder });
  } finally {
    // Ending the connection releases the lock.
    await migrator.end();
  }
  const client = postgres(url, { ...quiet, max: 10 });
  const db = drizzlePostgres(client, { schema });
  return {
    db,
    kind: 'postgres',
    ping: async () => void (await db.execute(sql`select 1`)),
    close: () => client.end({ timeout: 5 }),
  };
}

const BYTEA = 17;

/**
 * PGlite runs in this process, so a row's bytes on their way hold everybody up. Its own way, byte by byte, takes 10 s for
 * the largest artifact; this one 1.6 s (17.5 MB, side by side).
 */
const BYTES = {
  serializers: {
    [BYTEA]: ({ buffer, byteOffset, byteLength }: Uint8Array) =>
      `\\x${Buffer.from(buffer, byteOffset, byteLength).toString('hex')}`,
  },
  parsers: { [BYTEA]: (text: string) => Buffer.from(text.slice(2), 'hex') },
};

async function openPglite(folder: string | null, migrationsFolder: string): Promise<OpenDatabase> {
  if (folder) await mkdir(dirname(folder), { recursive: true });
  const client = await PGlite.create(folder ?? 'memory://', BYTES);
  const db = drizzlePglite(client, { schema });
  await migratePglite(db, { migrationsFolder });
  return {
    db,
    kind: 'pglite',
    ping: async () => void (await db.execute(sql`select 1`)),
    close: () => client.close(),
  };
}

/** Whether a write failed because a row with that key exists (SQLSTATE 23505), whichever driver says so. */
export function isUniqueViolation(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause)
    if ('code' in e && e.code === '23505') return true;
  return false;
}
