/** The server is killed right after it acknowledged a submission; nothing is lost and nothing counted twice. */
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
  const first = await startServer({ data });
  const baseURL = first.url;
  const hostContext = await browser.newContext({
    baseURL,
    storageState: await makeInstructor(browser, first),
  });
  const studentContext = await browser.newContext({ baseURL });
  const [host, student] = [await hostContext.newPage(), await studentContext.newPage()];

  const code = await createSession(host);
  await join(student, code, 'Dora');
  await startRound(host);
  await chooseRecipe(student, { method: 'Head', steps: 20 });
  await run(student);
  const received = student.waitForResponse(
    (response) => response.request().method() === 'PUT' && response.url().includes('/submissions/'),
  );
  await submitButton(student).click();
  expect((await received).status()).toBe(201);
  await first.stop('SIGKILL');

  const second = await startServer({ data, port: Number(new URL(baseURL).port) });
  try {
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
    await Promise.all([hostContext.close(), studentContext.close()]);
    await second.stop();
    await removeFolder(data);
  }
});
