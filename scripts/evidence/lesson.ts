/**
 * `npm run evidence:lesson`: what the page of lesson 04 weighs before any instrument is near, and what Lighthouse
 * says of it on its mobile profile, on the built server. Writes docs/evidence/6-lesson.json.
 *
 * Bytes are those on the wire as the browser counts them, headers included. “brotliScriptBytes” are the scripts' alone.
 */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import lighthouse from 'lighthouse';
import { chromium } from 'playwright';
import { LESSONS, lessonPath } from '../../src/lib/content/course.ts';
import { CHROMIUM_ARGS, ensureChromium, findHeadlessChromium } from '../lib/chromium.mjs';
import { describeRun, writeEvidence } from '../lib/evidence.mjs';
import { root } from '../lib/paths.mjs';
import { freePort, removeFolder, startServer, temporaryFolder } from '../lib/server.mjs';
import { ensureBuilt } from '../lib/setup.mjs';
import { runMain, step } from '../lib/steps.mjs';

const LESSON = LESSONS[3]!;
const SCRIPT_LIMIT = 120_000;
const SCORE_LIMIT = 0.95;
const AUDITS = 5;
const PHONE = { width: 412, height: 823 };
const METRICS = [
  'first-contentful-paint',
  'largest-contentful-paint',
  'total-blocking-time',
  'cumulative-layout-shift',
  'speed-index',
];

await runMain(async () => {
  await ensureBuilt();
  // Without windows where there is one: on two cores the windows of a whole Chromium take one of them from the page.
  const executablePath = findHeadlessChromium() ?? (await ensureChromium());
  const data = await temporaryFolder();
  const server = await startServer({ data });
  const url = `${server.url}${lessonPath(LESSON)}`;
  try {
    const weight = await step('Weighing the page', () => weigh(executablePath, url));
    const audits: Awaited<ReturnType<typeof audit>>[] = [];
    for (let round = 1; round <= AUDITS; round++)
      audits.push(await step(`Lighthouse ${round} of ${AUDITS}`, () => audit(executablePath, url)));
    const medians = Object.fromEntries(
      Object.keys(audits[0]!.scores).map((category) => [
        category,
        median(audits.map(({ scores }) => scores[category] ?? 0)),
      ]),
    );
    const { version, ...samples } = weight;
    await writeEvidence('6-lesson.json', {
      ...describeRun({
        chromium: version,
        executable: basename(executablePath),
        lighthouse: audits[0]!.version,
      }),
      page: lessonPath(LESSON),
      limits: { scriptBytes: SCRIPT_LIMIT, score: SCORE_LIMIT },
      kept:
        samples.brotliScriptBytes <= SCRIPT_LIMIT &&
        Object.values(medians).every((score) => score >= SCORE_LIMIT),
      medians,
      weight: samples,
      audits,
    });
  } finally {
    await server.stop();
    await removeFolder(data);
  }
});

/** Loads the page as a phone does and leaves it at its top. */
async function weigh(executablePath: string, url: string) {
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
  try {
    const page = await browser.newPage({ viewport: PHONE });
    const devtools = await page.context().newCDPSession(page);
    const found = new Map<string, { type: string; path: string; bytes: number }>();
    devtools.on('Network.responseReceived', ({ requestId, type, response }) =>
      found.set(requestId, { type, path: new URL(response.url).pathname, bytes: 0 }),
    );
    devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const one = found.get(requestId);
      if (one) one.bytes = encodedDataLength;
    });
    await devtools.send('Network.enable');
    await page.goto(url, { waitUntil: 'networkidle' });
    const requests = [...found.values()];
    const bytes: Record<string, number> = {};
    for (const { type, bytes: own } of requests) bytes[type] = (bytes[type] ?? 0) + own;
    // What the browser asked for is a file of the build, whose Brotli form was made with it.
    const scripts = requests.filter(({ type }) => type === 'Script');
    const brotli = await Promise.all(
      scripts.map(({ path }) =>
        stat(join(root, 'build/client', `${path}.br`)).then(({ size }) => size),
      ),
    );
    return {
      version: browser.version(),
      bytes,
      brotliScriptBytes: brotli.reduce((sum, size) => sum + size, 0),
      requests,
    };
  } finally {
    await browser.close();
  }
}

/** One audit in a browser of its own. */
async function audit(executablePath: string, url: string) {
  const port = await freePort();
  const browser = await chromium.launch({
    executablePath,
    args: [...CHROMIUM_ARGS, `--remote-debugging-port=${port}`],
  });
  try {
    const result = await lighthouse(url, {
      port,
      output: 'json',
      logLevel: 'error',
      onlyCategories: ['performance', 'accessibility', 'best-practices', 'seo'],
    });
    if (!result) throw new Error('Lighthouse gave no result');
    const { categories, audits, lighthouseVersion, configSettings, environment } = result.lhr;
    return {
      version: lighthouseVersion,
      formFactor: configSettings.formFactor,
      throttling: configSettings.throttlingMethod,
      /** Lighthouse's own figure of the machine; its phone is four times slower than that. */
      benchmarkIndex: environment.benchmarkIndex,
      scores: Object.fromEntries(
        Object.entries(categories).map(([name, { score }]) => [name, score ?? 0]),
      ),
      metrics: Object.fromEntries(METRICS.map((id) => [id, audits[id]?.numericValue ?? null])),
      failed: Object.values(categories)
        .flatMap(({ auditRefs }) => auditRefs)
        .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 1)
        .map(({ id }) => id),
    };
  } finally {
    await browser.close();
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
