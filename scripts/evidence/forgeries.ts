/**
 * `npm run evidence:forgeries`: every dishonest submission of tests/support/forgeries.ts against the built
 * server, with one honest student beside them. Writes docs/evidence/3-forgeries.json.
 */
import { holdForgeryClass } from '../../tests/support/forgery-class.ts';
import { describeRun, writeEvidence } from '../lib/evidence.mjs';
import { ensureBuilt } from '../lib/setup.mjs';
import { note, runMain, step } from '../lib/steps.mjs';

await runMain(async () => {
  await ensureBuilt();
  const { board, ...rest } = await step('A class of forgers', holdForgeryClass);
  for (const { forgery, status, message, row, asExpected } of rest.forgeries)
    note(
      `${asExpected ? '✓' : '✗'} ${forgery}: ${status} ${message ?? row?.reason ?? row?.status ?? ''}`,
    );
  await writeEvidence('3-forgeries.json', { ...describeRun(), ...rest, leaderboard: board });
  return rest.forgeries.every(({ asExpected }) => asExpected) ? 0 : 1;
});
