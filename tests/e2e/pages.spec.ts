/** Every page: answers, has one heading, passes axe in both themes, fits a phone (W-1–W-4). */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { LESSONS } from '../../src/lib/content/course.ts';
import { INSTRUMENTS } from '../../src/lib/content/instruments.ts';
import { createSession, join, startRound } from './support/classroom.ts';
import { expect, test } from './support/test.ts';

const PUBLIC = [
  '/',
  '/courses/advanced-nlp',
  ...LESSONS.map(({ slug }) => `/courses/advanced-nlp/${slug}`),
  '/tools',
  ...INSTRUMENTS.map(({ slug }) => `/tools/${slug}`),
  '/lab',
  '/runs',
  '/leaderboards/definition-domain',
  '/leaderboards/spam',
  '/join',
  '/login',
  '/signup',
  '/setup',
  '/privacy',
  '/terms',
];

/** Looks at one page in one theme. */
async function inspect(page: Page, path: string, theme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  const response = await page.goto(path);
  expect(response?.status()).toBe(200);
  const headers = response?.headers() ?? {};
  expect(headers['cross-origin-opener-policy']).toBe('same-origin');
  expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
  expect(headers['content-security-policy']).toContain("default-src 'self'");
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
  await expect(page).toHaveTitle(/\S/);

  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
  );
  expect(found, `${path}, ${theme}`).toEqual([]);

  await page.setViewportSize({ width: 360, height: 740 });
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `${path} scrolls sideways at 360 px`).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 800 });
}

for (const path of PUBLIC)
  test(`${path} answers, is accessible and fits`, async ({ person }) => {
    const page = await person('Visitor');
    for (const theme of ['light', 'dark'] as const) await inspect(page, path, theme);
  });

test('the pages of a session are accessible and fit, in the lobby and in a round', async ({
  instructor,
  person,
}) => {
  test.setTimeout(300_000);
  const code = await createSession(instructor);
  const student = await person('Gus');
  await join(student, code, 'Gus');
  const visits: [Page, string][] = [
    [instructor, '/account'],
    [instructor, '/host'],
    [instructor, `/host/${code}`],
    [instructor, `/host/${code}/screen`],
    [student, `/join/${code}`],
    [student, `/live/${code}`],
  ];
  const inspectAll = async () => {
    for (const [page, path] of visits)
      for (const theme of ['light', 'dark'] as const) await inspect(page, path, theme);
  };
  await inspectAll();
  await instructor.goto(`/host/${code}`);
  await startRound(instructor);
  await expect(instructor.getByText(/round 1/i).first()).toBeVisible();
  await inspectAll();
});

test('an unknown page and an unknown code say so and offer a way back', async ({ person }) => {
  const page = await person('Visitor');
  for (const path of ['/no-such-page', '/join/ZZZZZZ']) {
    const response = await page.goto(path);
    expect(response?.status()).toBe(404);
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
    await expect(page.getByRole('main').getByRole('link').first()).toBeVisible();
  }
});

test('pages for people with an account send others to sign in, or to join (I-6)', async ({
  person,
}) => {
  const page = await person('Visitor');
  await page.goto('/host');
  await expect(page).toHaveURL(/\/login\?next=%2Fhost$|\/login\?next=\/host$/);
});

test('no page gives away a private example (V-6)', async ({ request }) => {
  for (const path of [
    '/tasks/definition-domain/reserved.jsonl',
    '/server/tasks/definition-domain/reserved.jsonl',
    '/../server/tasks/definition-domain/reserved.jsonl',
    '/tasks/spam/reserved.jsonl',
    '/server/tasks/spam/reserved.jsonl',
  ])
    expect((await request.get(path)).status(), path).toBe(404);
});
