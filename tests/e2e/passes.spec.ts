/** Where a lesson ends without a pass, and the ways to one: a class, a code, an instructor, a payment. */
import { readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import type { Page } from '@playwright/test';
import Stripe from 'stripe';
import { root } from '../../scripts/lib/paths.mjs';
import { removeFolder, startServer, temporaryFolder } from '../../scripts/lib/server.mjs';
import { expectAccessible } from './support/accessible.ts';
import { signUp } from './support/account.ts';
import { keysOf } from './support/browser-database.ts';
import { join } from './support/classroom.ts';
import { kept, path, slug, takeNote } from './support/reader.ts';
import { expect, test } from './support/test.ts';

const source = readFileSync(joinPath(root, `src/lib/content/lessons/${slug}.md`), 'utf8');
/** Sentences as they stand on the page: lines without markup. */
const sentences = (text: string) =>
  text.split('\n').filter((line) => /^[A-Z][A-Za-z ,.;-]{50,}$/.test(line.trim()));
const [before, behind] = source.split('::preview-end').map(sentences) as [string[], string[]];

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const wall = (page: Page) => page.getByRole('heading', { name: 'The preview ends here' });
const lastSection = (page: Page) => page.getByRole('heading', { level: 2, name: 'Exercises' });

async function makeCode(host: Page, uses: string): Promise<string> {
  await host.goto('/host/people');
  await host.getByLabel('Uses').fill(uses);
  await button(host, 'Make code').click();
  const made = host.getByRole('list', { name: 'Class codes' }).getByRole('listitem').first();
  await expect(made).toContainText(`0 of ${uses} used`);
  return made.locator('code').innerText();
}

async function redeem(page: Page, code: string): Promise<void> {
  await page.goto('/account');
  await page.getByLabel('Class code').fill(code);
  await button(page, 'Redeem').click();
}

test('nothing behind the preview is sent to who has no pass, in a page, its data or the search (A-35, A-36)', async ({
  person,
  instructor,
}) => {
  expect(before.length).toBeGreaterThan(20);
  expect(behind.length).toBeGreaterThan(20);
  const guest = await person('Guest');
  await guest.goto(path);
  await expect(wall(guest)).toBeVisible();
  await expect(lastSection(guest)).toHaveCount(0);
  await expect(guest.getByText('For members', { exact: true })).toBeVisible();
  await expectAccessible(guest);

  const sent = async (page: Page, address: string) => {
    const response = await page.request.get(address);
    expect(response.status()).toBe(200);
    return response.text();
  };
  for (const address of [path, `${path}/__data.json`]) {
    const text = await sent(guest, address);
    expect(behind.filter((sentence) => text.includes(sentence))).toEqual([]);
    expect(before.filter((sentence) => text.includes(sentence)).length).toBeGreaterThan(20);
    expect(text).not.toContain('id="qlora"');
    const whole = await sent(instructor, address);
    expect(behind.filter((sentence) => whole.includes(sentence)).length).toBeGreaterThan(20);
  }
  const index = '/courses/advanced-nlp/search.json';
  const words = async (page: Page) =>
    (JSON.parse(await sent(page, index)) as { href: string; words: string }[])
      .filter(({ href }) => href.endsWith('#qlora'))
      .map(({ words }) => words);
  expect(await words(guest)).toEqual(['']);
  expect((await words(instructor))[0]).toContain('nf4');
});

test('a lesson is open to a class while the class is at it, and no longer (A-36)', async ({
  instructor: host,
  person,
}) => {
  await host.goto('/host/plans');
  await button(host, 'Use Lesson 04 in 75 minutes').click();
  await host.waitForURL(/\/host\/[0-9A-Z]{6}$/);
  const code = new URL(host.url()).pathname.split('/').at(-1)!;
  const student = await person('Quin');
  await join(student, code, 'Quin');
  const reading = await student.context().newPage();
  await reading.goto(path);
  await expect(wall(reading)).toBeVisible();

  await button(host, 'Next: What fine-tuning changes (10 min)').click();
  await expect(student.getByRole('link', { name: /^04 / })).toBeVisible();
  await reading.reload();
  await expect(lastSection(reading)).toBeVisible();
  await expect(wall(reading)).toHaveCount(0);

  await host.getByRole('button', { name: /^Next: Guess/ }).click();
  await expect(student.getByText('Guess: how much LoRA trains (3 min)').first()).toBeVisible();
  await reading.reload();
  await expect(wall(reading)).toBeVisible();
});

test('a class code, and an instructor, give a pass that opens lessons (I-24, I-25, I-26)', async ({
  instructor: host,
  person,
}) => {
  const code = await makeCode(host, '1');
  await expectAccessible(host);
  const page = await person('Ravi');
  await signUp(page, 'ravi');
  await page.goto(path);
  await page.getByRole('link', { name: 'Get a pass' }).click();
  await expect(page.getByText('None. A pass opens all lessons for six months.')).toBeVisible();
  await redeem(page, 'WRONG-CODES');
  await expect(page.getByText(/There is no such code/)).toBeVisible();
  await expect(page.getByLabel('Class code')).toHaveValue('WRONG-CODES');
  await redeem(page, code.toLowerCase());
  await expect(page.getByText(/All lessons are open to you until/)).toBeVisible();
  await expect(page.getByText('Pay what you want')).toHaveCount(0);
  await expectAccessible(page);
  await page.goto(path);
  await expect(lastSection(page)).toBeVisible();

  const late = await person('Sam');
  await signUp(late, 'sam');
  await redeem(late, code);
  await expect(late.getByText('All uses of this code are taken.')).toBeVisible();
  await host.reload();
  await expect(host.getByText('all used')).toBeVisible();
  const granting = host.getByRole('region', { name: 'Member pass' });
  await granting.getByLabel('User name').fill('nobody at all');
  await button(host, 'Grant pass').click();
  await expect(granting.getByText('No account has this user name.')).toBeVisible();
  await granting.getByLabel('User name').fill('SAM');
  await button(host, 'Grant pass').click();
  await expect(host.getByText(/^sam has a pass until/)).toBeVisible();
  await late.goto(path);
  await expect(lastSection(late)).toBeVisible();
});

test('without keys there is nothing to pay and nothing to tell of payments (I-30)', async ({
  person,
}) => {
  const page = await person('Tess');
  await signUp(page, 'tess');
  await page.goto('/account');
  await expect(page.getByText('Pay what you want')).toHaveCount(0);
  for (const route of ['webhook', 'checkout']) {
    const response = await page.request.post(`/api/stripe/${route}`, { data: {} });
    expect(response.status()).toBe(404);
  }
});

test('a signed event of Stripe grants a pass, and only that crosses from another origin (I-28, I-29, I-31)', async ({
  browser,
}) => {
  const webhookSecret = 'whsec_of_a_test';
  const data = await temporaryFolder();
  const server = await startServer({
    data,
    env: { STRIPE_SECRET_KEY: 'sk_test_of_nobody', STRIPE_WEBHOOK_SECRET: webhookSecret },
  });
  const context = await browser.newContext({ baseURL: server.url });
  try {
    const page = await context.newPage();
    await signUp(page, 'uma');
    await page.goto(path);
    await takeNote(page, 'mine');
    await expect(kept(page)).toBeVisible();
    const [owner = ''] = (await keysOf(page, 'study'))[0]!.split(',');
    await page.goto('/account');
    await expect(page.getByLabel('Pay what you want')).toBeVisible();
    await expectAccessible(page);
    await page.getByLabel('Pay what you want').fill('101');
    await button(page, 'Go to payment').click();
    await expect(page.getByText('A pass costs at most $100.')).toBeVisible();

    const payload = JSON.stringify({
      id: 'evt_1',
      object: 'event',
      type: 'checkout.session.completed',
      data: {
        object: {
          id: 'cs_1',
          object: 'checkout.session',
          client_reference_id: owner,
          metadata: { product: 'member-pass' },
          payment_status: 'paid',
        },
      },
    });
    const tell = (signature: string) =>
      fetch(`${server.url}/api/stripe/webhook`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          origin: 'https://api.stripe.test',
          'stripe-signature': signature,
        },
        body: payload,
      }).then(({ status }) => status);
    const sign = (secret: string) =>
      new Stripe('sk_test').webhooks.generateTestHeaderString({ payload, secret });
    expect(await tell(sign('whsec_of_another'))).toBe(400);
    await page.reload();
    await expect(page.getByText('None. A pass opens all lessons for six months.')).toBeVisible();
    expect([await tell(sign(webhookSecret)), await tell(sign(webhookSecret))]).toEqual([200, 200]);
    await page.goto('/account?paid=1');
    await expect(page.getByText(/All lessons are open to you until/)).toBeVisible();
    await page.goto(path);
    await expect(lastSection(page)).toBeVisible();

    // A form of another site is refused, and so is what pretends to be one of ours.
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join(';');
    const cross = (address: string, type: string, body: string) =>
      fetch(`${server.url}${address}`, {
        method: 'POST',
        headers: { 'content-type': type, origin: 'https://elsewhere.test', cookie },
        body,
      }).then(({ status }) => status);
    const form = 'application/x-www-form-urlencoded';
    expect(await cross('/account?/redeem', form, 'code=A')).toBe(403);
    expect(await cross('/api/stripe/webhook', form, 'code=A')).toBe(403);
    expect(await cross('/api/stripe/checkout', 'text/plain', '{"amount":5}')).toBe(403);
  } finally {
    await context.close();
    await server.stop();
    await removeFolder(data);
  }
});
