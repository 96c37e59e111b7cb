/** Notes, inside each page, when a name first stood on its leaderboard with each status. */
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright';
import { root } from '../lib/paths.mjs';

/** Milliseconds from a given moment; null when the status was never on screen (the next one came first). */
export interface Sightings {
  provisional: number | null;
  verified: number | null;
}

type Watching = { rankroomSeen?: Record<string, { provisional?: number; verified?: number }> };

/** Starts noting in every page of `context` that is opened or reloaded from now on. */
export async function watchBoard(context: BrowserContext): Promise<void> {
  await context.addInitScript({ path: join(root, 'scripts/evidence/watch-board.browser.js') });
}

/** Waits until `name` is verified on the page; times are counted from `since` (ms since the epoch). */
export async function sightings(page: Page, name: string, since: number): Promise<Sightings> {
  const handle = await page.waitForFunction(
    (who) => {
      const seen = (window as unknown as Watching).rankroomSeen?.[who];
      return seen?.verified ? seen : null;
    },
    name,
    { timeout: 120_000 },
  );
  const seen = await handle.jsonValue();
  const after = (at: number | undefined) => (at === undefined ? null : at - since);
  return { provisional: after(seen?.provisional), verified: after(seen?.verified) };
}
