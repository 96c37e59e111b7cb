/** The end of a round and of a session, as a student with a finished run meets it. */
import {
  chooseRecipe,
  createSession,
  join,
  run,
  startRound,
  submitButton,
  verifiedLeaderboard,
} from './support/classroom.ts';
import { expect, test } from './support/test.ts';

test.use({ evaluatesLittle: true });

test('a run of the last round can still be submitted after the next has begun (U-12)', async ({
  instructor: host,
  person,
}) => {
  const code = await createSession(host);
  const student = await person('Late');
  await join(student, code, 'Late');
  await startRound(host);
  await chooseRecipe(student, { method: 'Head', steps: 10 });
  await run(student);
  await host.getByRole('button', { name: 'End round', exact: true }).click();
  await expect(student.getByText(/can still be submitted until \d/)).toBeVisible();
  await startRound(host);

  const first = student.getByRole('region', { name: 'Submit to round 1' });
  await expect(student.getByRole('heading', { name: 'Round 2', exact: true })).toBeVisible();
  await expect(student.getByRole('region', { name: 'Submit a run' })).toBeVisible();
  await first.getByRole('button', { name: 'Submit', exact: true }).click();
  await expect(student.getByText(/^Verified: accuracy/).first()).toBeVisible();
  const path = `/api/sessions/${code}/leaderboard.json`;
  expect(await (await host.request.get(`${path}?round=1`)).json()).toMatchObject({
    rows: [{ nickname: 'Late', status: 'verified' }],
  });
  expect(await (await host.request.get(path)).json()).toMatchObject({ rows: [] });
});

test('a run can be submitted for a while after End round, and stays on the page after End session (U-4, U-11, U-12)', async ({
  instructor: host,
  person,
}) => {
  const code = await createSession(host);
  const student = await person('Finn');
  await join(student, code, 'Finn');
  await startRound(host);
  await chooseRecipe(student, { method: 'Head', steps: 10 });
  await run(student);
  await host.getByRole('button', { name: 'End round', exact: true }).click();

  await expect(student.getByText(/can still be submitted until \d/)).toBeVisible();
  await expect(student.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();
  await submitButton(student).click();
  await verifiedLeaderboard(host, code, 1);
  await student.reload();
  await expect(student.getByText(/^Verified: accuracy/)).toBeVisible();

  await host.getByRole('button', { name: 'End session', exact: true }).click();
  await host.getByRole('button', { name: /^End (it|the session|now)/ }).click();
  await expect(
    student.getByRole('heading', { name: 'The session has ended', exact: true }),
  ).toBeVisible();
  await expect(student.getByText(/^Verified: accuracy/)).toBeVisible();
  await expect(student.getByRole('button', { name: /^Download the artifact/ })).toBeVisible();
});
