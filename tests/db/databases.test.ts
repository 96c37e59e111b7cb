/**
 * The database suite on PGlite, and on Postgres where one answers: at TEST_DATABASE_URL, else on this
 * machine. Under CI a missing Postgres is a failure; elsewhere it is a skip that says so.
 */
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, describe, expect, it } from 'vitest';
import { databaseSuite } from './suite.ts';

databaseSuite('PGlite', () => Promise.resolve({ kind: 'pglite', folder: null }));

const server = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

async function answers(): Promise<boolean> {
  const client = postgres(server, { max: 1, connect_timeout: 3 });
  try {
    await client`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

const reachable = await answers();

if (reachable) {
  const name = `rankroom_test_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  const asAdmin = async (statement: string) => {
    const client = postgres(server, { max: 1, onnotice: () => {} });
    await client.unsafe(statement).finally(() => client.end());
  };
  databaseSuite('Postgres', async () => {
    await asAdmin(`create database ${name}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    return { kind: 'postgres', url: url.href };
  });
  afterAll(() => asAdmin(`drop database if exists ${name} with (force)`));
} else if (process.env.CI)
  describe('Postgres', () => {
    it('answers', () =>
      expect.fail('no Postgres answers, and CI has to test on one: set TEST_DATABASE_URL'));
  });
else
  describe.skip(`Postgres (skipped: none answers at ${new URL(server).host})`, () =>
    it('answers', () => {}));
