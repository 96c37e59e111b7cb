/** The second base model: chosen in the lab by the student, for a round by its host, and trained for real. */
import type { Page } from '@playwright/test';
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

const base = (page: Page, id: string) =>
  page
    .getByRole('radiogroup', { name: 'Base model', exact: true })
    .getByRole('radio', { name: id });

test('the lab suggests a base, leaves the choice alone, and trains the one chosen (L-11–L-13)', async ({
  person,
}) => {
  const page = await person('Visitor');
  await page.goto('/lab');
  await expect(
    page.getByText(/^Suggested here: (nano|small)\b.+ steps of the default recipe/),
  ).toBeVisible({
    timeout: 60_000,
  });
  await expect(base(page, 'nano')).toBeChecked();

  await base(page, 'small').check();
  await expect(page).toHaveURL(/[?&]base=small/);
  await chooseRecipe(page, { method: 'Head', steps: 3 });
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByText(/Finished in/).first()).toBeVisible({ timeout: 120_000 });

  await page.reload();
  await expect(base(page, 'small')).toBeChecked();
});

test('a round on small takes the largest artifact there is, full fine-tuning in fp32 (L-12, U-7, V-1)', async ({
  instructor: host,
  person,
}) => {
  const code = await createSession(host);
  await host.getByText('Change the challenge').click();
  await host
    .getByRole('group', { name: 'Base model' })
    .getByRole('radio', { name: 'small' })
    .check();
  const student = await person('Ada');
  await join(student, code, 'Ada');
  await startRound(host);

  await expect(base(student, 'small')).toBeChecked({ timeout: 30_000 });
  await expect(base(student, 'nano')).toBeDisabled();
  await expect(student.getByText("This round's base model is small.")).toBeVisible();

  await chooseRecipe(student, { method: 'Full', steps: 3 });
  await run(student);
  await submitButton(student).click();
  const { rows } = await verifiedLeaderboard(host, code, 1);
  expect(rows[0]?.trainable).toBeGreaterThan(4_262_144);
});
