/** The host's dashboard over a class of simulated devices that replay recorded runs, and the projector. */
import type { Locator, Page } from '@playwright/test';
import { Person } from '../support/person.ts';
import { recordedRuns } from '../support/recorded-runs.ts';
import { reportsOf, ReplayedStudent } from '../support/replay.ts';
import { expectNoViolations } from './support/accessible.ts';
import { createSession } from './support/classroom.ts';
import { expect, test } from './support/test.ts';

const CLASS: Record<string, string> = {
  Ann: 'lora',
  Ben: 'lora-too-hot',
  Cleo: 'few-lora-long',
  Dora: 'lora-cold',
  Edgar: 'full-too-hot',
};
const SIZE = 60;

const button = (page: Page | Locator, name: string) =>
  page.getByRole('button', { name, exact: true });
const tiles = (page: Page) => page.getByRole('list', { name: 'Students', exact: true });
const tile = (page: Page, name: string) =>
  tiles(page).getByRole('button', { name: new RegExp(`^${name},`) });

/** The smallest text that can be seen, in px, and what it says. */
const smallestText = (page: Page) =>
  page.evaluate(() => {
    const found: [number, string][] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      const text = node.textContent?.trim();
      if (!parent || !text || parent.closest('script, style, .visually-hidden')) continue;
      if (!parent.checkVisibility()) continue;
      found.push([parseFloat(getComputedStyle(parent).fontSize), text]);
    }
    return found.sort(([a], [b]) => a - b)[0];
  });

test('a host reads the class at a glance and shows curves without names (H-1 to H-12, T-7)', async ({
  instructor: host,
  server,
}) => {
  const runs = new Map(recordedRuns().map((run) => [run.name, reportsOf(run)]));
  const code = await createSession(host);
  const students: ReplayedStudent[] = [];
  const preflight = { backend: 'wasm', threads: 2, secondsPerStep: 0.06 } as const;
  try {
    for (let place = 0; place < SIZE; place++) {
      const name = Object.keys(CLASS)[place] ?? `Guest ${place}`;
      const person = new Person(server.url);
      await person.join(code, name);
      const reports = runs.get(CLASS[name] ?? 'lora') ?? [];
      students.push(new ReplayedStudent(server.url, code, person, reports, preflight));
    }
    await expect(tile(host, 'Ann')).toHaveAccessibleName(
      'Ann, ready, WASM, 2 threads, 60 ms a step',
    );
    // Long enough a course of each run for the page to see its curve.
    for (let round = 0; round < 8; round++) {
      for (const student of students.slice(0, 6)) student.advance(round < 7 ? 40 : 1000);
      await host.waitForTimeout(520);
    }

    await expect(tile(host, 'Ben')).toHaveAccessibleName(/finished, loss .*, diverged, WASM/);
    await expect(tile(host, 'Cleo')).toHaveAccessibleName(/over-fitted/);
    await expect(tile(host, 'Dora')).toHaveAccessibleName(/stalled/);
    await expect(tile(host, 'Ann')).toHaveAccessibleName(
      /^Ann, finished, loss [\d.]+, WASM, 2 threads$/,
    );
    // Who needs the host stands first (H-3).
    await expect(tiles(host).getByRole('button').first()).toHaveAccessibleName(/^Ben,/);

    // Few tiles exist, and each knows its place (H-5).
    expect(await tiles(host).getByRole('listitem').count()).toBeLessThan(SIZE);
    await expect(tiles(host).getByRole('listitem').first()).toHaveAttribute(
      'aria-setsize',
      `${SIZE}`,
    );
    await tiles(host).getByRole('button').first().focus();
    await host.keyboard.press('End');
    const last = tiles(host).locator(`[aria-posinset="${SIZE}"] button`);
    await expect(last).toBeFocused();
    await host.getByRole('list', { name: 'Students' }).evaluate((list) => {
      list.parentElement!.scrollTop = 0;
    });
    await expect(last).toBeFocused();
    await host.keyboard.press('Home');
    await expect(tile(host, 'Ben')).toBeFocused();

    // A tile opens its student (H-6), by keyboard.
    await host.keyboard.press('Enter');
    await expect(host.getByRole('heading', { name: 'Ben', exact: true })).toBeVisible();
    await expect(host.getByText('LoRA r=8', { exact: true })).toBeVisible();
    await expectNoViolations(host);
    await button(host, 'Close Ben').click();

    await host.getByLabel('Flag', { exact: true }).selectOption('stalled');
    await expect(host.getByText(`1 of ${SIZE} students`)).toBeVisible();
    await host.getByLabel('Flag', { exact: true }).selectOption('');
    await host.getByLabel('Name', { exact: true }).fill('cle');
    await expect(tiles(host).getByRole('listitem')).toHaveCount(1);
    await host.getByLabel('Name', { exact: true }).fill('');

    // The class in one plot, and as a table (H-7, H-8).
    await host.getByText('The points as a table').click();
    const points = host.getByRole('table', { name: 'Points of the class' });
    await expect(points.getByRole('row').filter({ hasText: 'Ann' })).toContainText('provisional');
    await button(points, 'Dora').click();
    await expect(host.getByRole('heading', { name: 'Dora', exact: true })).toBeVisible();
    await expect(
      host.getByRole('table', { name: 'Ranks of LoRA runs' }).getByRole('row', { name: /^5–8 / }),
    ).toContainText('5');
    await expect(host.getByRole('table', { name: 'Devices of the class' })).toContainText(
      'WASM, 2 threads',
    );

    // What goes wrong, on the projector, without names (H-10, H-11, H-12).
    await button(host, 'Select 2 curves, diverged').click();
    const picked = host.getByRole('list', { name: 'Curves for the projector' });
    await expect(picked.getByRole('listitem')).toHaveCount(2);
    await button(host, 'Move Edgar up').click();
    await expect(picked.getByRole('listitem').first()).toContainText('Edgar');
    await button(host, "Add the curve to the projector's").click();
    await expect(picked.getByRole('listitem')).toHaveCount(3);
    await button(host, 'Show on the projector').click();
    await expect(host.getByText('The projector shows 3 curves')).toBeVisible();
    await expectNoViolations(host);

    const screen = await host.context().newPage();
    await screen.setViewportSize({ width: 1920, height: 1080 });
    await screen.goto(`/host/${code}/screen`);
    await expect(screen.getByText('Run 3')).toBeVisible();
    await expect(screen.getByText(code, { exact: true })).toBeVisible();
    await expect(screen.getByText(/Ben|Dora|Edgar/)).toHaveCount(0);
    expect((await smallestText(screen))?.[0]).toBeGreaterThanOrEqual(32);
    await expectNoViolations(screen);
    await screen.reload();
    await expect(screen.getByRole('heading', { name: 'Runs whose loss diverged' })).toBeVisible();

    await button(host, 'Show the board again').click();
    await expect(screen.getByText(`${SIZE} students here`)).toBeVisible();
    expect((await smallestText(screen))?.[0]).toBeGreaterThanOrEqual(32);
  } finally {
    for (const student of students) student.close();
  }
});

test('the dashboard fits a phone, and a student who leaves is away, and trains no longer (H-2, T-3)', async ({
  instructor: host,
  server,
}) => {
  await host.setViewportSize({ width: 360, height: 740 });
  const code = await createSession(host);
  const person = new Person(server.url);
  await person.join(code, 'Ann');
  const run = recordedRuns().find(({ name }) => name === 'lora-cold');
  const student = new ReplayedStudent(server.url, code, person, run ? reportsOf(run) : [], {
    backend: 'webgpu',
    threads: 1,
    secondsPerStep: null,
  });
  await expect(tile(host, 'Ann')).toHaveAccessibleName('Ann, ready, WebGPU');
  student.advance(120);
  await expect(tile(host, 'Ann')).toHaveAccessibleName(/training, step 120 of 300.*stalled/);
  const training = host.locator('.facts > div', { hasText: 'Training' }).locator('dd');
  await expect(training).toHaveText('1');
  await tile(host, 'Ann').click();
  await expect(host.getByRole('heading', { name: 'Ann', exact: true })).toBeInViewport();
  expect(await host.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(
    true,
  );
  await expectNoViolations(host);
  student.close();
  await expect(tile(host, 'Ann')).toHaveAccessibleName(/stalled, away/);
  await expect(training).toHaveText('0');
});
