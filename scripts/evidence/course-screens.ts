/** Pictures of the course: lesson 04 as an instructor reads it, on a phone and on a laptop, and the pages around it. */
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { COURSE, LESSONS, lessonPath } from '../../src/lib/content/course.ts';
import { root } from '../lib/paths.mjs';
import { Person } from '../../tests/support/person.ts';

const FOLDER = 'docs/evidence/screens';
const SECTIONS = ['overview', 'full', 'peft', 'lora', 'qlora', 'choosing', 'diagnosing'];
const WINDOWS = [
  { name: '360-light', width: 360, height: 740, colorScheme: 'light' },
  { name: '360-dark', width: 360, height: 740, colorScheme: 'dark' },
  { name: '1440-light', width: 1440, height: 900, colorScheme: 'light' },
  { name: '1440-dark', width: 1440, height: 900, colorScheme: 'dark' },
] as const;

/** @returns the files that were written */
export async function takeCourseScreens(
  browser: Browser,
  server: { url: string; setupPath: () => Promise<string> },
): Promise<string[]> {
  const reader = new Person(server.url);
  await reader.createSession(await server.setupPath());
  const cookies = reader.cookie.split('; ').map((pair) => {
    const at = pair.indexOf('=');
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url: server.url };
  });
  const files: string[] = [];
  for (const { name, width, height, colorScheme } of WINDOWS) {
    const context = await browser.newContext({
      baseURL: server.url,
      viewport: { width, height },
      colorScheme,
      reducedMotion: 'reduce',
    });
    await context.addCookies(cookies);
    const page = await context.newPage();
    const shoot = async (what: string) => {
      const file = `${FOLDER}/6-${what}-${name}.jpg`;
      await page.screenshot({ path: join(root, file), type: 'jpeg', quality: 60 });
      files.push(file);
    };
    await page.goto(`/courses/${COURSE.slug}`);
    await shoot('course');
    await page.goto(lessonPath(LESSONS[3]!));
    for (const id of SECTIONS) {
      await page.locator(`#${id}`).evaluate((heading) => heading.scrollIntoView());
      // What comes near is laid out, and instruments load.
      await page.waitForTimeout(1_500);
      await page.locator(`#${id}`).evaluate((heading) => heading.scrollIntoView());
      await shoot(`lesson-${id}`);
    }
    await context.close();
  }
  return files;
}
