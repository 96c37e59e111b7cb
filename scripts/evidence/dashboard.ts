/**
 * `npm run evidence:dashboard`: the host's dashboard in Chromium over classes of 3, 200 and 1,000 students, against the
 * built server. Writes docs/evidence/5-dashboard.json and screenshots.
 *
 * The students are simulated: each is a real seat with a real socket, which says twice a second what a recorded run of
 * the engine said (tests/fixtures/traces). Which device each names is made up. A few real runs, trained here, are
 * submitted and verified.
 */
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { chromium, type Browser, type Page } from 'playwright';
import { defaultChallenge } from '../../src/lib/live/challenge.ts';
import type { Preflight } from '../../src/lib/live/protocol.ts';
import { honestRun, type HonestRun } from '../../tests/support/honest-run.ts';
import { pause, Person } from '../../tests/support/person.ts';
import { recordedRuns } from '../../tests/support/recorded-runs.ts';
import { reportsOf, ReplayedStudent } from '../../tests/support/replay.ts';
import { CHROMIUM_ARGS, ensureChromium } from '../lib/chromium.mjs';
import { describeRun, writeEvidence } from '../lib/evidence.mjs';
import { root } from '../lib/paths.mjs';
import { removeFolder, startServer, temporaryFolder } from '../lib/server.mjs';
import { ensureBuilt } from '../lib/setup.mjs';
import { note, runMain, step } from '../lib/steps.mjs';

const CLASSES = [3, 200, 1000];
/** Trained here and submitted by the first students, by turns. */
const SUBMITTED = [
  { kind: 'head', steps: 20 },
  { kind: 'ia3', steps: 60 },
  { kind: 'lora', steps: 100 },
  { kind: 'full', steps: 100 },
] as const;
const SUBMITTERS = 12;
/** Joining at once, as a class does. */
const AT_ONCE = 8;
const UPDATE_MS = 500;
const MEASURED_MS = 20_000;
/** Steps of a recording that pass in one update, by turns; nobody's run ends before the measurement does. */
const STEPS_PER_UPDATE = [2, 1, 3, 5];
const WARM_UP_MS = 5000;
const DEVICES: Preflight[] = [
  { backend: 'wasm', threads: 4, secondsPerStep: 0.058 },
  { backend: 'webgpu', threads: 1, secondsPerStep: 0.012 },
  { backend: 'wasm', threads: 2, secondsPerStep: 0.11 },
  { backend: 'wasm', threads: 1, secondsPerStep: 0.21 },
];

/** The width of the page, the theme, and how far down the picture begins. */
const PICTURES = [
  { width: 1440, height: 1000, theme: 'dark' },
  { width: 1920, height: 1080, theme: 'dark' },
  { width: 360, height: 740, theme: 'light' },
] as const;

/** One for each backend that devices name. */
const RECORDINGS = recordedRuns().map((run) => ({
  wasm: reportsOf(run, 'wasm'),
  webgpu: reportsOf(run, 'webgpu'),
}));

await runMain(async () => {
  await ensureBuilt();
  const executablePath = await ensureChromium();
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
  const runs = await step('Real runs are trained', async () => {
    const trained: HonestRun[] = [];
    for (const what of SUBMITTED) trained.push(await honestRun('definition-domain', what));
    return trained;
  });
  const classes = [];
  for (const students of CLASSES)
    classes.push(await step(`A class of ${students}`, () => holdClass(browser, students, runs)));
  await browser.close();
  await writeEvidence('5-dashboard.json', {
    ...describeRun({ chromium: browser.version() }),
    simulated:
      'Every student is a simulated client on a real socket: it replays a recorded run of the engine at a speed of its own, and names a device that was made up. Server, page, telemetry and the verified submissions are real; all run on this one machine.',
    updatesPerStudentPerSecond: 1000 / UPDATE_MS,
    measuredSeconds: MEASURED_MS / 1000,
    classes,
  });
});

async function holdClass(browser: Browser, size: number, runs: readonly HonestRun[]) {
  const data = await temporaryFolder();
  const server = await startServer({ data });
  const students: ReplayedStudent[] = [];
  let timer: ReturnType<typeof setInterval> | undefined;
  try {
    const host = new Person(server.url);
    const code = await host.createSession(await server.setupPath());
    const people = await seat(server.url, code, size);
    const screen = host.open(code, 'host');
    await screen.until('the host is there', () => true);
    const round = await screen.startRound(defaultChallenge());
    for (const [place, person] of people.entries()) {
      const device = DEVICES[place % DEVICES.length]!;
      const reports = RECORDINGS[place % RECORDINGS.length]![device.backend];
      students.push(new ReplayedStudent(server.url, code, person, reports, device));
    }
    await submitSome(code, people, round.id, runs);
    await screen.until('verified', ({ submissions }) => {
      const all = Object.values(submissions);
      return all.length > 0 && all.every(({ status }) => status === 'verified');
    });
    screen.close();

    const page = await openHost(browser, server.url, host, code);
    const received = countReceived(page);
    await page.goto(`${server.url}/host/${code}`);
    await page.getByRole('list', { name: 'Students' }).waitFor();
    timer = setInterval(() => {
      for (const [place, student] of students.entries())
        student.advance(STEPS_PER_UPDATE[Math.floor(place / 7) % STEPS_PER_UPDATE.length]!);
    }, UPDATE_MS);
    await pause(WARM_UP_MS);
    const measured = await measure(page, received);
    await photograph(page, size);
    if (size === 200) await showCurves(page, server.url, code);
    return { students: size, ...measured };
  } finally {
    clearInterval(timer);
    for (const student of students) student.close();
    await server.stop();
    await removeFolder(data);
  }
}

async function seat(url: string, code: string, size: number): Promise<Person[]> {
  const people = Array.from({ length: size }, () => new Person(url));
  const waiting = [...people.entries()];
  const joining = Array.from({ length: AT_ONCE }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      await next[1].join(code, `Student ${next[0] + 1}`);
  });
  await Promise.all(joining);
  return people;
}

async function submitSome(
  code: string,
  people: readonly Person[],
  round: string,
  runs: readonly HonestRun[],
): Promise<void> {
  for (const [place, person] of people.slice(0, SUBMITTERS).entries()) {
    const run = runs[place % runs.length]!;
    const { status } = await person.submit(code, randomUUID(), { round, ...run });
    if (status !== 201) throw new Error(`a submission was answered with ${status}`);
  }
}

async function openHost(browser: Browser, url: string, host: Person, code: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
  const cookies = host.cookie.split('; ').map((pair) => {
    const at = pair.indexOf('=');
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url };
  });
  await context.addCookies(cookies);
  await context.addInitScript(() => {
    const tasks: number[] = [];
    Object.assign(window, { longTasks: tasks });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(Math.round(duration));
    }).observe({ type: 'longtask', buffered: true });
  });
  note(`Hosting ${code}`);
  return context.newPage();
}

/** Bytes of the WebSocket's frames, as they come; the page leaves polling within a second. */
function countReceived(page: Page): { bytes: number } {
  const received = { bytes: 0 };
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => (received.bytes += Buffer.byteLength(payload))),
  );
  return received;
}

async function measure(page: Page, received: { bytes: number }) {
  const longTasks = () =>
    page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks.splice(0));
  const untilNow = await longTasks();
  const bytesEachSecond: number[] = [];
  for (let second = 0; second < MEASURED_MS / 1000; second++) {
    const before = received.bytes;
    await pause(1000);
    bytesEachSecond.push(received.bytes - before);
  }
  const tasks = await longTasks();
  const tiles = page.getByRole('list', { name: 'Students' }).getByRole('listitem');
  return {
    renderedTiles: await tiles.count(),
    bytesPerSecond: Math.round(
      bytesEachSecond.reduce((sum, bytes) => sum + bytes, 0) / bytesEachSecond.length,
    ),
    /** Tasks of the page's main thread of 50 ms and more; 0 for none. */
    longestTaskMs: Math.max(0, ...tasks),
    longTasks: tasks.length,
    samples: { bytesEachSecond, longTasksMs: tasks, longTasksWhileOpeningMs: untilNow },
  };
}

function picture(name: string): { path: string } {
  return { path: join(root, 'docs/evidence/screens', `5-dashboard-${name}.png`) };
}

async function photograph(page: Page, size: number): Promise<void> {
  for (const { width, height, theme } of PICTURES) {
    if (size === 1000 && width !== 1440) continue;
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.getByRole('heading', { name: 'Class', exact: true }).evaluate((heading) => {
      heading.scrollIntoView();
    });
    await pause(500);
    await page.screenshot(picture(`${size}-${width}-${theme}`));
  }
  await page.setViewportSize({ width: 1440, height: 1000 });
}

/** Picks the curves of a problem, shows them, and photographs both ends. */
async function showCurves(page: Page, url: string, code: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await page.getByRole('button', { name: /^Select .* over-fitted$/ }).click();
  await page.getByRole('button', { name: 'Show on the projector', exact: true }).click();
  await page.getByText(/^The projector shows/).waitFor();
  await page.getByText('What goes wrong').scrollIntoViewIfNeeded();
  await page.screenshot(picture('radar-1440-dark'));
  const screen = await page.context().newPage();
  await screen.setViewportSize({ width: 1920, height: 1080 });
  await screen.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await screen.goto(`${url}/host/${code}/screen`);
  await screen.getByText('Run 1', { exact: true }).waitFor();
  await screen.screenshot(picture('projector-curves-1920-dark'));
  await page.getByRole('button', { name: 'Show the board again' }).click();
  await screen.getByRole('table', { name: 'Leaderboard' }).waitFor();
  await screen.screenshot(picture('projector-board-1920-dark'));
}
