/**
 * `npm run evidence:session`: a whole class in real Chromium against the built server. One instructor, three
 * students in browsers of their own, three recipes at their usual budgets; one joins late, one reloads after
 * submitting. Writes docs/evidence/2-live-session.json and screenshots.
 *
 * The students train one after another: they share one machine here, and a class does not.
 */
import { chromium, type Browser, type Page } from 'playwright';
import { rank } from '../../src/lib/leaderboard/rank.ts';
import {
  chooseRecipe,
  createSession,
  expectBoard,
  fetchLeaderboard,
  join,
  leaderboard,
  run,
  startRound,
  submitButton,
  verifiedLeaderboard,
  type RecipeChoice,
} from '../../tests/e2e/support/classroom.ts';
import { CHROMIUM_ARGS, ensureChromium } from '../lib/chromium.mjs';
import { describeRun, writeEvidence } from '../lib/evidence.mjs';
import { removeFolder, startServer, temporaryFolder } from '../lib/server.mjs';
import { ensureBuilt } from '../lib/setup.mjs';
import { runMain, step } from '../lib/steps.mjs';
import { takeScreens } from './screens.ts';
import { sightings, watchBoard, type Sightings } from './watch-board.ts';

interface Student {
  name: string;
  choice: RecipeChoice;
  page: Page;
}

const CHOICES: Record<'Anna' | 'Ben' | 'Cleo', RecipeChoice> = {
  Anna: { method: 'Head', quantisation: 'fp32', steps: 200 },
  Ben: { method: 'LoRA', rank: 1, quantisation: 'int4', steps: 300 },
  Cleo: { method: 'LoRA', rank: 8, quantisation: 'fp32', steps: 300 },
};

await runMain(async () => {
  await ensureBuilt();
  const executablePath = await ensureChromium();
  const data = await temporaryFolder();
  const server = await startServer({ data });
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
  try {
    const evidence = await holdClass(browser, server.url, await server.setupPath());
    await writeEvidence('2-live-session.json', {
      ...describeRun({ chromium: browser.version() }),
      ...evidence,
    });
  } finally {
    await browser.close();
    await server.stop();
    await removeFolder(data);
  }
});

async function holdClass(browser: Browser, baseURL: string, setupPath: string) {
  const newPerson = async () => (await browser.newContext({ baseURL })).newPage();
  const host = await newPerson();
  await step('The instructor opens the one-time link', () => makeInstructor(host, setupPath));
  const code = await createSession(host);
  const screen = await host.context().newPage();
  await screen.goto(`/host/${code}/screen`);

  const enter = async (name: keyof typeof CHOICES): Promise<Student> => {
    const page = await newPerson();
    await watchBoard(page.context());
    await join(page, code, name);
    return { name, choice: CHOICES[name], page };
  };
  await watchBoard(host.context());
  await Promise.all([host.reload(), screen.reload()]);
  const anna = await enter('Anna');
  const ben = await enter('Ben');
  await host.getByText('Ben').first().waitFor();
  await screen.getByText('2 students here').waitFor();
  await takeScreens('lobby', host);
  await takeScreens('projector-lobby', screen);

  await startRound(host);
  const cleo = await enter('Cleo');
  const students = [anna, ben, cleo];
  const samples = [];
  for (const student of students) {
    const screens: [string, Page][] = [
      ['host', host],
      ['projector', screen],
      ...students.map(({ name, page }): [string, Page] => [name, page]),
    ];
    samples.push(
      await step(`${student.name}: ${student.choice.method}, ${student.choice.steps} steps`, () =>
        trainAndSubmit(student, screens, student === cleo),
      ),
    );
    if (student === anna) {
      await anna.page.reload();
      await leaderboard(anna.page).getByText('Anna').first().waitFor();
    }
  }

  const board = await verifiedLeaderboard(host, code, students.length);
  const everyone = [host, screen, ...students.map(({ page }) => page)];
  for (const page of everyone) await expectBoard(page, board.rows);
  await takeScreens('leaderboard', host);
  await takeScreens('projector', screen);
  for (const page of everyone) {
    await page.reload();
    await expectBoard(page, board.rows);
  }
  const afterReload = await fetchLeaderboard(host, code);
  return {
    facts: {
      lateStudent: 'Cleo',
      reloadedStudent: 'Anna',
      screensWithTheSameOrder: everyone.length,
      orderIsRankOfRows: JSON.stringify(rank(board.rows)) === JSON.stringify(board.rows),
      unchangedAfterReloads: JSON.stringify(afterReload) === JSON.stringify(board),
    },
    rows: board.rows,
    samples,
  };
}

/** Everything one student does after joining; latencies run from the press of Submit to the row on each screen. */
async function trainAndSubmit(student: Student, screens: [string, Page][], photograph: boolean) {
  const { name, choice, page } = student;
  await chooseRecipe(page, choice);
  const pressedRun = Date.now();
  const finished = run(page);
  if (photograph) {
    await page
      .getByText(/Training, step ([6-9]\d|1\d\d) of/)
      .first()
      .waitFor();
    await takeScreens('lab-training', page);
  }
  await finished;
  const runSeconds = (Date.now() - pressedRun) / 1000;
  const trained = await page
    .getByText(/^Finished in/)
    .first()
    .innerText();
  const device = await page
    .getByText(/WASM with|WebGPU adapter/)
    .first()
    .innerText();

  const pressedSubmit = Date.now();
  await submitButton(page).click();
  const latencies: Record<string, Sightings> = {};
  for (const [screenName, screenPage] of screens)
    latencies[screenName] = await sightings(screenPage, name, pressedSubmit);
  return { name, choice, runSeconds, trained, device, millisecondsAfterSubmit: latencies };
}

async function makeInstructor(page: Page, setupPath: string): Promise<void> {
  await page.goto(setupPath);
  await page.getByLabel(/^user ?name/i).fill('ada');
  await page.getByLabel('Password').fill('correct horse battery staple');
  await page.getByRole('main').getByRole('button').click();
  await page.waitForURL('**/host');
}
