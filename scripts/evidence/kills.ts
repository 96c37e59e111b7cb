/**
 * `npm run evidence:kills -- [--seed=N] [--kills=N]`: the built server is killed (SIGKILL) while a class
 * submits, 20 times on PGlite and, where a Postgres answers at TEST_DATABASE_URL or on this machine, 8 times
 * on that. Writes docs/evidence/3-kills.json. A seed gives the same delays again.
 */
import { randomInt } from 'node:crypto';
import { isClean } from '../../tests/support/audit.ts';
import { holdKilledClass, type KillPlan } from '../../tests/support/killed-class.ts';
import { freshPostgres } from '../../tests/support/postgres.ts';
import { describeRun, writeEvidence } from '../lib/evidence.mjs';
import { ensureBuilt } from '../lib/setup.mjs';
import { note, runMain, step } from '../lib/steps.mjs';

const KILLS = 20;
const KILLS_ON_POSTGRES = 8;

await runMain(async () => {
  await ensureBuilt();
  const seed = option('seed') ?? randomInt(2 ** 31);
  const kills = option('kills') ?? KILLS;
  note(`Seed ${seed}`);
  const classes = [await hold('PGlite', { seed, kills })];
  const database = await freshPostgres();
  if (database) {
    const plan = { seed, kills: KILLS_ON_POSTGRES, postgres: database.url };
    try {
      classes.push(await hold('Postgres', plan));
    } finally {
      await database.drop();
    }
  } else note('No Postgres answers: PGlite only');
  await writeEvidence('3-kills.json', { ...describeRun(), seed, classes });
  return classes.every(({ clean }) => clean) ? 0 : 1;
});

async function hold(name: string, plan: KillPlan) {
  const outcome = await step(`A class on ${name}, ${plan.kills} kills`, () =>
    holdKilledClass(plan, note),
  );
  const clean = isClean(outcome.audit) && outcome.screensAgree;
  note(`${clean ? '✓' : '✗'} ${JSON.stringify(outcome.audit)}`);
  return { clean, ...outcome };
}

function option(name: string): number | null {
  const text = process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
  return text === undefined ? null : Number(text);
}
