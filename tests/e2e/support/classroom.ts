/** What people do in a session, in their words: the same steps for every test, by role and name. */
import { expect, type Locator, type Page } from '@playwright/test';
import type { LeaderboardDocument } from '../../../src/lib/live/protocol.ts';

export interface RecipeChoice {
  method: 'LoRA' | 'Head' | 'Full' | 'Adapter' | 'Prefix tuning' | 'Prompting';
  rank?: number;
  quantisation?: 'fp32' | 'int8' | 'int4';
  steps?: number;
}

export interface Row {
  status: string;
  text: string;
}

const exact = (name: string) => ({ name, exact: true });

/** @returns the join code */
export async function createSession(page: Page): Promise<string> {
  await page.goto('/host');
  await page.getByRole('button', exact('Create session')).click();
  await page.waitForURL(/\/host\/[0-9A-Z]{6}$/);
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}

/** Joins the way a student does: the code on one page, the nickname on the next. */
export async function join(page: Page, code: string, nickname: string): Promise<void> {
  await page.goto('/join');
  await page.getByRole('textbox', exact('Join code')).fill(code);
  await page.getByRole('button', exact('Join')).click();
  await page.getByRole('textbox', exact('Nickname')).fill(nickname);
  await page.getByRole('button', exact('Join')).click();
  await page.waitForURL(`**/live/${code.toUpperCase()}`);
}

export async function startRound(page: Page): Promise<void> {
  await page.getByRole('button', exact('Start round')).click();
}

/** Sets the lab's controls; what is not named keeps its default. */
export async function chooseRecipe(page: Page, choice: RecipeChoice): Promise<void> {
  await choose(page, 'Method', choice.method);
  if (choice.rank !== undefined)
    await page.getByRole('slider', exact('LoRA rank')).fill(String(choice.rank));
  if (choice.quantisation) await choose(page, 'Quantisation', choice.quantisation);
  if (choice.steps !== undefined)
    await page.getByLabel('Steps', { exact: true }).fill(String(choice.steps));
}

function choose(page: Page, group: string, option: string): Promise<void> {
  return page.getByRole('radiogroup', exact(group)).getByRole('radio', { name: option }).check();
}

/** Runs the recipe on screen and waits for its end. */
export async function run(page: Page): Promise<void> {
  await page.getByRole('button', exact('Run')).click();
  await expect(submitButton(page)).toBeEnabled({ timeout: 150_000 });
}

export const submitButton = (page: Page): Locator => page.getByRole('button', exact('Submit'));

export const leaderboard = (page: Page): Locator => page.getByRole('table', exact('Leaderboard'));

/** The rows of the page's leaderboard, from the top. */
export async function readRows(page: Page): Promise<Row[]> {
  const rows = await leaderboard(page).locator('tbody tr').all();
  return Promise.all(
    rows.map(async (row) => {
      const cells = (
        await row.getByRole('cell').or(row.getByRole('rowheader')).allInnerTexts()
      ).map((cell) => cell.trim());
      const status =
        cells.find((cell) => /^\W*(verified|provisional|rejected)\b/i.test(cell)) ?? '';
      return { status: status.replace(/^\W*/, ''), text: cells.join(' | ') };
    }),
  );
}

/** Waits until a page's leaderboard shows these nicknames, in this order, each with this status. */
export async function expectBoard(
  page: Page,
  expected: readonly { nickname: string; status: string }[],
  timeout = 15_000,
): Promise<void> {
  await expect(async () => {
    const rows = await readRows(page);
    expect(rows.map(({ text }) => text)).toHaveLength(expected.length);
    for (const [index, { nickname, status }] of expected.entries()) {
      expect(rows[index]?.text).toContain(nickname);
      expect(rows[index]?.status).toContain(status);
    }
  }).toPass({ timeout });
}

/** The board as the API gives it. */
export async function fetchLeaderboard(page: Page, code: string): Promise<LeaderboardDocument> {
  // An idle connection may be closed by the server in the very moment in which it is used again.
  const response = await page.request.get(`/api/sessions/${code}/leaderboard.json`, {
    maxRetries: 2,
  });
  expect(response.status()).toBe(200);
  return (await response.json()) as LeaderboardDocument;
}

/** Waits until the API's board holds `count` verified rows, and returns it. */
export async function verifiedLeaderboard(
  page: Page,
  code: string,
  count: number,
): Promise<LeaderboardDocument> {
  await expect
    .poll(
      async () =>
        (await fetchLeaderboard(page, code)).rows.filter(({ status }) => status === 'verified')
          .length,
      { timeout: 120_000 },
    )
    .toBe(count);
  return fetchLeaderboard(page, code);
}
