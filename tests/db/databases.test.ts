/**
 * The database suite on PGlite, and on Postgres where one answers: at TEST_DATABASE_URL, else on this
 * machine. Under CI a missing Postgres is a failure; elsewhere it is a skip that says so.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { freshPostgres, POSTGRES } from '../support/postgres.ts';
import { accountsSuite } from './accounts-suite.ts';
import { passesSuite } from './passes-suite.ts';
import { studySuite } from './study-suite.ts';
import { databaseSuite } from './suite.ts';

const SUITES = [databaseSuite, accountsSuite, studySuite, passesSuite];

for (const suite of SUITES)
  suite('PGlite', () => Promise.resolve({ kind: 'pglite', folder: null }));

const database = await freshPostgres();

if (database) {
  for (const suite of SUITES)
    suite('Postgres', () => Promise.resolve({ kind: 'postgres', url: database.url }));
  afterAll(() => database.drop());
} else if (process.env.CI)
  describe('Postgres', () => {
    it('answers', () =>
      expect.fail('no Postgres answers, and CI has to test on one: set TEST_DATABASE_URL'));
  });
else
  describe.skip(`Postgres (skipped: none answers at ${new URL(POSTGRES).host})`, () =>
    it('answers', () => {}));
