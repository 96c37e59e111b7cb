/** What people do with an account, in their words. */
import type { Page } from '@playwright/test';

export const PASSWORD = 'correct horse battery staple';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

export async function signUp(page: Page, username: string): Promise<void> {
  if (!page.url().includes('/signup')) await page.goto('/signup');
  await page.getByLabel(/^user ?name/i).fill(username);
  await page.getByLabel('Password').fill(PASSWORD);
  await button(page, 'Create account').click();
  await page.waitForURL((url) => url.pathname !== '/signup');
}

/** Sends the form; what comes of it is for the caller to see. */
export async function sendSignIn(
  page: Page,
  username: string,
  password: string = PASSWORD,
): Promise<void> {
  if (!page.url().includes('/login')) await page.goto('/login');
  await page.getByLabel(/^user ?name/i).fill(username);
  await page.getByLabel('Password').fill(password);
  await button(page, 'Sign in').click();
}

export async function signIn(page: Page, username: string, password?: string): Promise<void> {
  await sendSignIn(page, username, password);
  await page.waitForURL((url) => url.pathname !== '/login');
}
