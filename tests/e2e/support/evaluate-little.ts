/** For tests in which it does not matter how well a run generalises: evaluating takes longer than their few steps. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext } from '@playwright/test';

/** Serves the first lines of what the browser evaluates on. The server's own figures are not touched. */
export async function evaluateLittle(context: BrowserContext): Promise<void> {
  await context.route(/\/(validation|general-english)\.jsonl$/, async (route) => {
    // From the disk: an answer fetched from the server is gone when a test closes its browser meanwhile.
    const file = join('static', new URL(route.request().url()).pathname);
    const lines = (await readFile(file, 'utf8')).split('\n').slice(0, 8);
    await route.fulfill({ contentType: 'application/jsonl', body: lines.join('\n') });
  });
}
