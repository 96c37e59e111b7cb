/** Pictures of a planned class: host, projector and a student's phone at each kind of activity. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { join as joinClass } from '../../tests/e2e/support/classroom.ts';
import { root } from '../lib/paths.mjs';

const FOLDER = 'docs/evidence/screens';
const PLAN = 'Lesson 04 in 75 minutes';

/** The instructor account that the evidence's own `Person` made. */
const HOST = { username: 'ada', password: 'correct horse battery' };

interface Window {
  page: Page;
  name: string;
}

/** @returns the files that were written */
export async function takeClassroomScreens(browser: Browser, url: string): Promise<string[]> {
  const open = async (width: number, height: number, colorScheme: 'light' | 'dark') => {
    const context = await browser.newContext({
      baseURL: url,
      viewport: { width, height },
      colorScheme,
    });
    return context.newPage();
  };
  const host = await open(1440, 900, 'light');
  await host.goto('/login');
  await host.getByLabel(/^user ?name/i).fill(HOST.username);
  await host.getByLabel('Password').fill(HOST.password);
  await host.getByRole('main').getByRole('button').first().click();
  await host.waitForURL(({ pathname }) => pathname !== '/login');
  await host.goto('/host');
  await host.getByLabel('Plan', { exact: true }).selectOption(PLAN);
  await host.getByRole('button', { name: 'Create session', exact: true }).click();
  await host.waitForURL(/\/host\/[0-9A-Z]{6}$/);
  const code = new URL(host.url()).pathname.split('/').at(-1)!;

  const phone = await open(360, 740, 'light');
  const laptop = await open(1280, 800, 'dark');
  await joinClass(phone, code, 'Anna');
  await joinClass(laptop, code, 'Ben');
  const second = await host.context().newPage();
  await second.setViewportSize({ width: 390, height: 844 });
  await second.emulateMedia({ colorScheme: 'dark' });
  await second.goto(`/host/${code}`);
  const screen = await host.context().newPage();
  await screen.setViewportSize({ width: 1920, height: 1080 });
  await screen.emulateMedia({ colorScheme: 'dark' });
  await screen.goto(`/host/${code}/screen`);

  const windows: Window[] = [
    { page: host, name: 'host-1440-light' },
    { page: second, name: 'host-390-dark' },
    { page: screen, name: 'projector-1920-dark' },
    { page: phone, name: 'student-360-light' },
    { page: laptop, name: 'student-1280-dark' },
  ];
  const files: string[] = [];
  const shoot = async (what: string) => {
    for (const { page, name } of windows) {
      const file = `${FOLDER}/5-${what}-${name}.jpg`;
      await page.waitForTimeout(400);
      await page.screenshot({
        path: join(root, file),
        type: 'jpeg',
        quality: 60,
        fullPage: name.startsWith('host'),
      });
      files.push(file);
    }
  };

  await shoot('lobby');
  const seen = new Set<string>();
  for (;;) {
    const next = host.getByRole('button', { name: /^Next: / });
    if ((await next.count()) === 0) break;
    await next.click();
    await host.waitForTimeout(500);
    const kind = (await phone.locator('nav[aria-label="Activities"] .label').innerText())
      .split('·')[0]!
      .trim()
      .toLowerCase()
      .replaceAll(' ', '-');
    if (seen.has(kind)) continue;
    seen.add(kind);
    const start = host.getByRole('button', { name: /^Start (round|sweep)$/ }).first();
    if (/challenge|sweep/.test(kind) && (await start.isVisible())) {
      await start.click();
      await host.waitForTimeout(800);
    }
    await shoot(kind);
  }
  for (const { page } of windows) await page.close();
  return files;
}
