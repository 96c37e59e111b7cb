/**
 * The test function of the end-to-end suite. One built server on an empty data folder serves the whole
 * run; its first instructor is made through the link the server printed, as a person would.
 */
import { test as base, type Browser, type BrowserContext, type Page } from '@playwright/test';
import {
  removeFolder,
  startServer,
  temporaryFolder,
  type RunningServer,
} from '../../../scripts/lib/server.mjs';
import { evaluateLittle } from './evaluate-little.ts';

export { expect } from '@playwright/test';

type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>;

export const INSTRUCTOR = { username: 'ada', password: 'correct horse battery staple' };

interface WorkerFixtures {
  server: RunningServer;
  /** Cookies of the signed-in instructor. */
  instructorState: StorageState;
}
interface Options {
  /** Whether runs are evaluated on a few examples: `test.use({ evaluatesLittle: true })`. */
  evaluatesLittle: boolean;
}
interface TestFixtures {
  /** Opens a person's own browser: a context that shares nothing with the others. */
  person: (name: string) => Promise<Page>;
  /** The instructor's browser, signed in. */
  instructor: Page;
}

export const test = base.extend<TestFixtures & Options, WorkerFixtures>({
  evaluatesLittle: [false, { option: true }],
  server: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixture's needs from this pattern
    async ({}, use) => {
      const data = await temporaryFolder();
      const server = await startServer({ data });
      await use(server);
      await server.stop();
      await removeFolder(data);
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  instructorState: [
    async ({ browser, server }, use) => {
      await use(await makeInstructor(browser, server));
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  baseURL: async ({ server }, use) => use(server.url),
  person: async ({ browser, server, evaluatesLittle }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext({ baseURL: server.url });
      contexts.push(context);
      if (evaluatesLittle) await evaluateLittle(context);
      return context.newPage();
    });
    for (const context of contexts) {
      // A request may still be on its way to a route of ours, which no longer has anybody to answer.
      await context.unrouteAll({ behavior: 'ignoreErrors' });
      await context.close();
    }
  },
  instructor: async ({ browser, server, instructorState }, use) => {
    const context = await browser.newContext({
      baseURL: server.url,
      storageState: instructorState,
    });
    await use(await context.newPage());
    await context.close();
  },
});

/** Makes the first instructor account through the printed one-time link. */
export async function makeInstructor(
  browser: Browser,
  server: RunningServer,
): Promise<StorageState> {
  const context = await browser.newContext({ baseURL: server.url });
  const page = await context.newPage();
  await page.goto(await server.setupPath());
  await page.getByLabel(/^user ?name/i).fill(INSTRUCTOR.username);
  await page.getByLabel('Password').fill(INSTRUCTOR.password);
  await page.getByRole('main').getByRole('button').click();
  await page.waitForURL('**/host');
  const state = await context.storageState();
  await context.close();
  return state;
}
