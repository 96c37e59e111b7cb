/** Notes, inside each page, when a name first stood on its leaderboard with each status. */
import type { BrowserContext, Page } from 'playwright';

/** Milliseconds from a given moment; null when the status was never on screen (it went by between two frames). */
export interface Sightings {
  provisional: number | null;
  verified: number | null;
}

type Seen = Record<string, Partial<Record<'provisional' | 'verified', number>>>;

/** Starts noting in every page of `context` that is opened or reloaded from now on. */
export async function watchBoard(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const seen: Seen = {};
    Object.assign(window, { rankroomSeen: seen });
    const look = () => {
      for (const row of document.querySelectorAll('table tbody tr')) {
        const text = row.textContent ?? '';
        const status = /\b(provisional|verified)\b/.exec(text)?.[1] as
          'provisional' | 'verified' | undefined;
        const name = /Anna|Ben|Cleo/.exec(text)?.[0];
        if (status && name) (seen[name] ??= {})[status] ??= Date.now();
      }
    };
    const observe = () =>
      new MutationObserver(look).observe(document, {
        subtree: true,
        childList: true,
        characterData: true,
      });
    observe();
    document.addEventListener('DOMContentLoaded', look);
  });
}

/** Waits until `name` is verified on the page; times are counted from `since` (ms since the epoch). */
export async function sightings(page: Page, name: string, since: number): Promise<Sightings> {
  const read = (who: string) => (window as unknown as { rankroomSeen?: Seen }).rankroomSeen?.[who];
  await page.waitForFunction(
    (who) => (window as unknown as { rankroomSeen?: Seen }).rankroomSeen?.[who]?.verified,
    name,
    { timeout: 60_000 },
  );
  const seen = await page.evaluate(read, name);
  const after = (at: number | undefined) => (at === undefined ? null : at - since);
  return { provisional: after(seen?.provisional), verified: after(seen?.verified) };
}
