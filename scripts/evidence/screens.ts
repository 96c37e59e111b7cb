/** Screenshots of one page in both themes, on a phone and on a projector. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { root } from '../lib/paths.mjs';

const SIZES = [
  { width: 360, height: 740 },
  { width: 1920, height: 1080 },
];

/** Writes docs/evidence/screens/NAME-WIDTH-THEME.jpg. The page keeps the size and theme it had. */
export async function takeScreens(name: string, page: Page): Promise<void> {
  const folder = join(root, 'docs/evidence/screens');
  await mkdir(folder, { recursive: true });
  const before = page.viewportSize();
  for (const size of SIZES)
    for (const theme of ['light', 'dark'] as const) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await page.screenshot({
        path: join(folder, `${name}-${size.width}-${theme}.jpg`),
        type: 'jpeg',
        quality: 60,
      });
    }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}
