/** The built server is killed while a class submits; `npm run evidence:kills` does it at length. */
import { expect, it } from 'vitest';
import { isClean } from '../support/audit.ts';
import { holdKilledClass } from '../support/killed-class.ts';

it('loses nothing it acknowledged and verifies each submission once, over three kills (S-7, S-9, S-10, U-2, V-4, V-9)', async () => {
  const outcome = await holdKilledClass({ seed: 7, kills: 3 });
  expect(isClean(outcome.audit), JSON.stringify(outcome.audit)).toBe(true);
  expect(outcome.audit.acknowledged).toBeGreaterThan(3);
  expect(outcome.screensAgree).toBe(true);
  expect(outcome.kills.map(({ verifierEnded }) => verifierEnded)).not.toContain(false);
}, 300_000);
