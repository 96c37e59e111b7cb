/** The main job: a class trains in its browsers, the server scores what they trained, one board shows it. */
import { rank } from '../../src/lib/leaderboard/rank.ts';
import {
  chooseRecipe,
  createSession,
  expectBoard,
  join,
  leaderboard,
  run,
  startRound,
  submitButton,
  verifiedLeaderboard,
  type RecipeChoice,
} from './support/classroom.ts';
import { expect, test } from './support/test.ts';

const STEPS = 40;
const RECIPES: Record<string, RecipeChoice> = {
  Anna: { method: 'LoRA', rank: 2, quantisation: 'int4', steps: STEPS },
  Ben: { method: 'LoRA', rank: 8, quantisation: 'fp32', steps: STEPS },
  Cleo: { method: 'Head', quantisation: 'fp32', steps: STEPS },
};

test('three students, three recipes, one verified order on every screen (S-1–S-4, S-6, I-4, U-6, V-1, R-1, R-2, R-4–R-6)', async ({
  instructor: host,
  person,
}) => {
  test.setTimeout(600_000);
  const code = await createSession(host);
  const screen = await host.context().newPage();
  await screen.goto(`/host/${code}/screen`);

  const anna = await person('Anna');
  const ben = await person('Ben');
  await join(anna, code, 'Anna');
  await join(ben, code.toLowerCase(), 'Ben');
  await expect(host.getByText('Ben').first()).toBeVisible();
  await expect(screen.getByText('2 students here')).toBeVisible();

  await test.step('the lobby says what each device is, here and on the host (T-1)', async () => {
    const line = /WASM, \d+ threads?, [\d.]+ m?s a step/;
    await expect(anna.getByText(line)).toBeVisible({ timeout: 90_000 });
    await expect(
      host.getByRole('listitem').filter({ hasText: 'Anna' }).getByText(line),
    ).toBeVisible();
  });

  await startRound(host);
  const cleo = await person('Cleo');
  await join(cleo, code, 'Cleo');
  const students = { Anna: anna, Ben: ben, Cleo: cleo };
  for (const page of Object.values(students))
    await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();

  for (const [name, page] of Object.entries(students)) {
    await chooseRecipe(page, RECIPES[name] ?? { method: 'LoRA' });
    await run(page);
    await submitButton(page).click();
    for (const screenOrStudent of [host, screen, page])
      await expect(leaderboard(screenOrStudent)).toContainText(name);
    if (name === 'Anna') {
      await anna.reload();
      await expect(leaderboard(anna)).toContainText('Anna');
      await expect(anna).toHaveURL(new RegExp(`/live/${code}$`));
    }
  }

  const board = await verifiedLeaderboard(host, code, 3);
  expect(board.round).toBe(1);
  expect(rank(board.rows)).toEqual(board.rows);
  expect(board.rows.map(({ rank: place }) => place)).toEqual([1, 2, 3]);
  expect(new Set(board.rows.map(({ nickname }) => nickname))).toEqual(
    new Set(Object.keys(RECIPES)),
  );
  for (const { accuracy } of board.rows) expect(accuracy).toBeGreaterThan(1 / 12);

  for (const page of [host, screen, anna, ben, cleo]) await expectBoard(page, board.rows);
  const csv = await (await host.request.get(`/api/sessions/${code}/leaderboard.csv`)).text();
  const lines = csv.trim().split('\n').slice(1);
  expect(lines).toHaveLength(3);
  for (const [index, { nickname }] of board.rows.entries())
    expect(lines[index]).toContain(nickname);

  await test.step('a reload changes nothing on any screen', async () => {
    for (const page of [host, screen, anna, ben, cleo]) {
      await page.reload();
      await expectBoard(page, board.rows);
    }
  });
});
