/** A database of one's own on the Postgres at TEST_DATABASE_URL, else on this machine. */
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';

export const POSTGRES =
  process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

export interface FreshDatabase {
  url: string;
  drop(): Promise<void>;
}

/** @returns null when no Postgres answers */
export async function freshPostgres(): Promise<FreshDatabase | null> {
  if (!(await answers())) return null;
  const name = `rankroom_test_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  await asAdmin(`create database ${name}`);
  const url = new URL(POSTGRES);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asAdmin(`drop database if exists ${name} with (force)`) };
}

async function answers(): Promise<boolean> {
  const client = postgres(POSTGRES, { max: 1, connect_timeout: 3 });
  try {
    await client`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

async function asAdmin(statement: string): Promise<void> {
  const client = postgres(POSTGRES, { max: 1, onnotice: () => {} });
  await client.unsafe(statement).finally(() => client.end());
}
