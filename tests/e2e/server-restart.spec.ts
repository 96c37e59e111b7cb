/** The server is killed right after it acknowledged a submission; nothing is lost and nothing counted twice. */
import type { BrowserContext, BrowserContextOptions } from '@playwright/test';
import { removeFolder, startServer, temporaryFolder } from '../../scripts/lib/server.mjs';
import {
  chooseRecipe,
  createSession,
  expectBoard,
  fetchLeaderboard,
  join,
  leaderboard,
  run,
  startRound,
  submitButton,
  verifiedLeaderboard,
} from './support/classroom.ts';
import { expect, makeInstructor, test } from './support/test.ts';

test.use({ evaluatesLittle: true });

test('a killed server comes back with the same class, and verifies what it had received once (S-9, S-10, U-2, V-4)', async ({
  browser,
}) => {
  const data = await temporaryFolder();
  let server = await startServer({ data });
  const contexts: BrowserContext[] = [];
  try {
    const baseURL = server.url;
    const storageState = await makeInstructor(browser, server);
    const open = async (options: BrowserContextOptions) => {
      const context = await browser.newContext({ baseURL, ...options });
      contexts.push(context);
      return context.newPage();
    };
    const [host, student] = [await open({ storageState }), await open({})];

    const code = await createSession(host);
    await join(student, code, 'Dora');
    await startRound(host);
    await chooseRecipe(student, { method: 'Head', steps: 20 });
    await run(student);
    const received = student.waitForResponse(
      (response) =>
        response.request().method() === 'PUT' && response.url().includes('/submissions/'),
    );
    await submitButton(student).click();
    expect((await received).status()).toBe(201);
    await server.stop('SIGKILL');
    server = await startServer({ data, port: Number(new URL(baseURL).port) });

    const board = await verifiedLeaderboard(host, code, 1);
    expect(board.rows).toHaveLength(1);
    expect(board.round).toBe(1);

    // Pages left open reconnect by themselves.
    for (const page of [host, student]) await expectBoard(page, board.rows, 30_000);
    await student.reload();
    await expect(leaderboard(student)).toContainText('Dora');
    await expectBoard(student, board.rows);
    expect((await fetchLeaderboard(host, code)).rows).toEqual(board.rows);
  } finally {
    for (const context of contexts) await context.close();
    await server.stop();
    await removeFolder(data);
  }
});
