/** What a reader of lesson 04 does, in their words. */
import type { Locator, Page } from '@playwright/test';

export const slug = 'fine-tuning-and-peft';
export const path = `/courses/advanced-nlp/${slug}`;

export const note = (page: Page): Locator =>
  page.getByRole('textbox', { name: /^Your note on/ }).first();
/** Seen once the account has the note. */
export const kept = (page: Page): Locator =>
  page.getByText('Kept on this device and in your account.').first();

export async function takeNote(page: Page, text: string): Promise<void> {
  if (!(await note(page).isVisible())) await page.getByText('Add a note').first().click();
  await note(page).fill(text);
}
