/** What every page has to pass: axe in both themes, and no sideways scrolling on a phone. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Looks at the page as it stands, in the theme it has. */
export async function expectNoViolations(page: Page, what = page.url()): Promise<void> {
  // Otherwise axe opens a page of its own for each look, to join what it found in frames of other
  // origins; there are none, and it takes three quarters of the time.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
  );
  expect(found, what).toEqual([]);
}

/** The page keeps the theme of the last look, and its own size. */
export async function expectAccessible(
  page: Page,
  widths: readonly number[] = [360],
): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectNoViolations(page, `${page.url()}, ${colorScheme}`);
  }
  await expectFits(page, widths);
}

/** @param widths in CSS pixels; the page's own where none are given */
export async function expectFits(page: Page, widths?: readonly number[]): Promise<void> {
  const viewport = page.viewportSize()!;
  for (const width of widths ?? [viewport.width]) {
    await page.setViewportSize({ width, height: widths ? 740 : viewport.height });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow, `${page.url()} scrolls sideways at ${width} px`).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize(viewport);
}
