/** Somebody who learns alone takes a challenge without a class. */
import { expectAccessible } from './support/accessible.ts';
import { chooseRecipe, leaderboard, run, submitButton } from './support/classroom.ts';
import { expect, test } from './support/test.ts';

test.use({ evaluatesLittle: true });

test('a self-paced student takes the open challenge and is verified on the task’s leaderboard (S-46)', async ({
  person,
}) => {
  const page = await person('Solo');
  await page.goto('/leaderboards/part-of-speech');
  await page.getByRole('button', { name: 'Take the challenge on your own' }).click();
  await page.waitForURL(/\/join\/[0-9A-Z]{6}$/);
  const challenge = page.url();
  await page.getByRole('textbox', { name: 'Nickname', exact: true }).fill('Solo');
  await page.getByRole('button', { name: 'Join', exact: true }).click();
  await page.waitForURL(/\/live\/[0-9A-Z]{6}$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('part-of-speech');
  // Nobody is there to see a raised hand.
  await expect(page.getByRole('region', { name: 'You and the class' })).toHaveCount(0);
  await expectAccessible(page);
  await chooseRecipe(page, { method: 'Head', steps: 20 });
  await run(page);
  await submitButton(page).click();
  await expect(leaderboard(page).getByText('verified')).toBeVisible({ timeout: 60_000 });

  await page.goto('/leaderboards/part-of-speech');
  await expect(leaderboard(page).getByText('Solo')).toBeVisible();

  // The next person finds the same challenge.
  const other = await person('Other');
  await other.goto('/leaderboards/part-of-speech');
  await other.getByRole('button', { name: 'Take the challenge on your own' }).click();
  await other.waitForURL(/\/join\/[0-9A-Z]{6}$/);
  await other.getByRole('textbox', { name: 'Nickname', exact: true }).fill('Solo');
  await other.getByRole('button', { name: 'Join', exact: true }).click();
  // Another challenge, where the name is free, only if a month has ended meanwhile.
  if (other.url().startsWith(challenge))
    await expect(other.getByText(/taken|already/i)).toBeVisible();
});
