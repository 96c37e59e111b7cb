/** Networks and versions that a class meets: WebSockets blocked, and a page older than the server. */
import type { Page } from '@playwright/test';
import { PROTOCOL_VERSION } from '../../src/lib/live/protocol.ts';
import {
  chooseRecipe,
  createSession,
  expectBoard,
  join,
  run,
  startRound,
  submitButton,
} from './support/classroom.ts';
import { expect, test } from './support/test.ts';

test.use({ evaluatesLittle: true });

/** A school's firewall: the page falls back to polling. */
const blockWebSockets = (page: Page) =>
  page.routeWebSocket(/socket\.io/, (socket) => void socket.close());

test('a class on a network without WebSockets joins, trains, submits and sees the board (S-39)', async ({
  instructor: host,
  person,
}) => {
  test.setTimeout(240_000);
  const code = await createSession(host);
  const ann = await person('Ann');
  await blockWebSockets(ann);
  await join(ann, code, 'Ann');
  await startRound(host);
  await expect(ann.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();
  await chooseRecipe(ann, { method: 'Head', steps: 10 });
  await run(ann);
  await submitButton(ann).click();
  await expectBoard(ann, [{ nickname: 'Ann', status: 'verified' }], 90_000);
  await expectBoard(host, [{ nickname: 'Ann', status: 'verified' }]);
});

test('a page older than the server reloads itself and has its runs and its seat again (S-38)', async ({
  instructor: host,
  person,
}) => {
  test.setTimeout(240_000);
  const code = await createSession(host);
  const ann = await person('Ann');
  await blockWebSockets(ann);
  /** While set, the page introduces itself as the version before this one. */
  let old = false;
  await ann.route(/socket\.io\/.*transport=polling/, async (route) => {
    const body = route.request().postData();
    if (!old || !body?.startsWith('40{')) return route.continue();
    const postData = body.replace(
      `"protocol":${PROTOCOL_VERSION}`,
      `"protocol":${PROTOCOL_VERSION - 1}`,
    );
    expect(postData).not.toBe(body);
    return route.continue({ postData });
  });
  await join(ann, code, 'Ann');
  await startRound(host);
  await chooseRecipe(ann, { method: 'Head', steps: 10 });
  await run(ann);

  const reloaded = ann.waitForEvent('load', { timeout: 60_000 });
  old = true;
  await ann.context().setOffline(true);
  await expect(ann.getByText('The connection is gone; trying again')).toBeVisible({
    timeout: 30_000,
  });
  await ann.context().setOffline(false);
  await reloaded;
  old = false;

  await expect(ann.getByRole('heading', { name: 'Round 1' })).toBeVisible();
  await expect(submitButton(ann)).toBeEnabled({ timeout: 60_000 });
  await submitButton(ann).click();
  await expectBoard(ann, [{ nickname: 'Ann', status: 'verified' }], 90_000);
});
