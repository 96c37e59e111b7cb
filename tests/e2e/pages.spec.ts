/** Every page: answers, has one heading, passes axe in both themes, fits a phone. */
import { get } from 'node:http';
import type { Page } from '@playwright/test';
import { LESSONS } from '../../src/lib/content/course.ts';
import { INSTRUMENTS } from '../../src/lib/content/instruments.ts';
import { expectAccessible } from './support/accessible.ts';
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
  '/check',
  '/login',
  '/signup',
  '/setup',
  '/reset',
  '/cohost/spent',
  '/privacy',
  '/terms',
];

async function inspect(page: Page, path: string): Promise<void> {
  const response = await page.goto(path);
  expect(response?.status()).toBe(200);
  const headers = response?.headers() ?? {};
  expect(headers['cross-origin-opener-policy']).toBe('same-origin');
  expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
  expect(headers['content-security-policy']).toContain("default-src 'self'");
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
  await expect(page).toHaveTitle(/\S/);
  await expectAccessible(page);
}

for (const path of PUBLIC)
  test(`${path} answers, is accessible and fits (W-1–W-4)`, async ({ person }) => {
    await inspect(await person('Visitor'), path);
  });

test('the pages of a session are accessible and fit, in the lobby and in a round', async ({
  instructor,
  person,
}) => {
  await instructor.goto('/host/plans');
  await instructor.getByRole('button', { name: 'New plan', exact: true }).click();
  await instructor.waitForURL(/\/host\/plans\/./);
  const plan = new URL(instructor.url()).pathname;
  const code = await createSession(instructor);
  const student = await person('Gus');
  await join(student, code, 'Gus');
  for (const path of ['/account', '/host', '/host/people', '/host/plans', plan])
    await inspect(instructor, path);
  await inspect(student, `/join/${code}`);

  const inspectRoom = async () => {
    await inspect(instructor, `/host/${code}/screen`);
    await inspect(instructor, `/host/${code}`);
    await inspect(student, `/live/${code}`);
  };
  await inspectRoom();
  await startRound(instructor);
  await expect(instructor.getByText(/round 1/i).first()).toBeVisible();
  await inspectRoom();
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

test('pages of a host send others to sign in (I-6)', async ({ person }) => {
  const page = await person('Visitor');
  for (const path of ['/host', '/host/ZZZZZZ', '/host/ZZZZZZ/screen', '/host/plans']) {
    await page.goto(path);
    await expect(page).toHaveURL((url) => url.pathname === '/login');
    expect(new URL(page.url()).searchParams.get('next')).toBe(path);
  }
});

test('no page gives away a private example', async ({ request, server }) => {
  for (const path of [
    '/tasks/definition-domain/reserved.jsonl',
    '/server/tasks/definition-domain/reserved.jsonl',
    '/tasks/spam/reserved.jsonl',
    '/server/tasks/spam/reserved.jsonl',
  ])
    expect((await request.get(path)).status(), path).toBe(404);
  // As no browser would write it.
  for (const path of ['/../server/tasks/spam/reserved.jsonl', '/tasks/..%2f..%2fserver/index.ts'])
    expect(await statusOf(server.url, path), path).not.toBe(200);
});

/** The status of a path that is sent as it stands. */
function statusOf(origin: string, path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    get({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}
