/**
 * A class whose server is killed again and again (SIGKILL) while three students submit, and the audit of
 * what its database holds afterwards. Students resend under the same run id until they are acknowledged.
 */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { randomStream } from '../../src/lib/engine/data/random.ts';
import { defaultChallenge } from '../../src/lib/live/challenge.ts';
import type { DatabaseLocation } from '../../server/db/index.ts';
import {
  freePort,
  removeFolder,
  startServer,
  temporaryFolder,
  type RunningServer,
} from '../../scripts/lib/server.mjs';
import { audit, type Audit } from './audit.ts';
import { honestRun, type HonestRun } from './honest-run.ts';
import { pause, Person, type Screen } from './person.ts';
import { childrenOf, isGone } from './processes.ts';

export interface KillPlan {
  /** Delays, moments and weights come from it. */
  seed: number;
  kills: number;
  /** Without it, PGlite in the data folder. */
  postgres?: string;
}

/** When the server dies: any time, or at a stage of a submission that a random moment would seldom hit. */
const MOMENTS = ['any', 'after-receipt', 'while-verifying'] as const;

export interface Kill {
  moment: (typeof MOMENTS)[number];
  /** Waited after the server answered (`any`), or after the next receipt. */
  delayMs: number;
  round: number | null;
  /** Acknowledged so far, by all students. */
  acknowledged: number;
  /** Of these, without a verdict that any screen had seen. */
  unverified: number;
  /** Whether the verifier's process ended by itself; null when there was none. */
  verifierEnded: boolean | null;
  restartMs: number;
}

export interface KilledClass {
  seed: number;
  database: DatabaseLocation['kind'];
  kills: Kill[];
  /** Uploads that got no answer and were sent again. */
  resent: number;
  /** Answered with 200 instead of 201: received before the kill, acknowledged after it. */
  acknowledgedOnRepeat: number;
  screensAgree: boolean;
  audit: Audit;
}

export interface Acknowledged {
  runId: string;
  submissionId: string;
}

const STUDENTS = ['Anna', 'Ben', 'Cleo'];
const SUBMISSIONS_PER_ROUND = 12;

export async function holdKilledClass(
  { seed, kills: count, postgres }: KillPlan,
  tell: (line: string) => void = () => {},
): Promise<KilledClass> {
  const random = randomStream(seed, 'kills');
  const between = (low: number, high: number) => Math.round(low + (high - low) * random.uniform());
  const run = await honestRun();
  const data = await temporaryFolder();
  const port = await freePort();
  const start = () => startServer({ data, port, env: postgres ? { DATABASE_URL: postgres } : {} });
  let server: RunningServer = await start();
  const { url } = server;

  const acknowledged: Acknowledged[] = [];
  const tally = { resent: 0, repeated: 0 };
  let receipt = () => {};
  let over = false;
  try {
    const host = new Person(url);
    const code = await host.createSession(await server.setupPath());
    const hostScreen = host.open(code, 'host');
    const students = await Promise.all(
      STUDENTS.map(async (name) => {
        const person = new Person(url);
        await person.join(code, name);
        return { name, person, screen: person.open(code, 'participant') };
      }),
    );

    const rounds = holdRounds(hostScreen, () => over);
    const submitting = students.map(async ({ name, person, screen }) => {
      const moments = randomStream(seed, name);
      for (let number = 1; !over; number++) {
        const round = screen.state?.phase === 'round' ? screen.state.rounds.at(-1) : undefined;
        if (!round) {
          await pause(50);
          continue;
        }
        const runId = randomUUID();
        const sent = { round: round.id, ...variantOf(run, moments.uniform()) };
        const answer = await untilAcknowledged(person, code, runId, sent, tally);
        acknowledged.push({ runId, submissionId: answer });
        receipt();
        await pause(50 + 450 * moments.uniform());
      }
    });

    const kills: Kill[] = [];
    for (let index = 0; index < count; index++) {
      const moment = MOMENTS[index % MOMENTS.length]!;
      const delayMs = moment === 'any' ? between(100, 2500) : between(0, 20);
      if (moment !== 'any') await new Promise<void>((resolve) => (receipt = resolve));
      if (moment === 'while-verifying')
        await hostScreen.until('something to verify', (state) => unverifiedIn(state) > 0);
      await pause(moment === 'while-verifying' ? delayMs + between(50, 400) : delayMs);
      const verifiers = await childrenOf(server.pid);
      const seen = hostScreen.state;
      const kill = {
        moment,
        delayMs,
        round: seen?.phase === 'round' ? (seen.rounds.at(-1)?.number ?? null) : null,
        acknowledged: acknowledged.length,
        unverified: seen ? unverifiedIn(seen) : 0,
      };
      await server.stop('SIGKILL');
      const verifierEnded = verifiers.length === 0 ? null : await isGone(verifiers);
      const began = performance.now();
      server = await start();
      const restartMs = Math.round(performance.now() - began);
      kills.push({ ...kill, verifierEnded, restartMs });
      tell(
        `kill ${index + 1} of ${count} (${moment}): ${kill.acknowledged} acknowledged, ${kill.unverified} unverified, back in ${(restartMs / 1000).toFixed(1)} s`,
      );
    }
    over = true;
    await Promise.all(submitting);
    const roundsStarted = await rounds;

    const last = await hostScreen.until(
      'every acknowledged submission verified',
      (state) =>
        acknowledged.every(({ submissionId: id }) => state.submissions[id]?.status === 'verified'),
      300_000,
    );
    const agree = await Promise.all(
      students.map(({ screen }) => screen.until('the host’s state', ({ seq }) => seq === last.seq)),
    );
    for (const { screen } of [{ screen: hostScreen }, ...students]) screen.close();
    const board = await host.leaderboard(code);
    await server.stop();
    return {
      seed,
      database: postgres ? 'postgres' : 'pglite',
      kills,
      resent: tally.resent,
      acknowledgedOnRepeat: tally.repeated,
      screensAgree: agree.every((state) => isDeepStrictEqual(state, last)),
      audit: await audit(postgres ?? data, acknowledged, {
        students: STUDENTS.length,
        rounds: roundsStarted,
        board,
      }),
    };
  } finally {
    over = true;
    await server.stop('SIGKILL');
    await removeFolder(data);
  }
}

/** Starts round after round; each ends when the class has sent its share. @returns how many were started */
async function holdRounds(screen: Screen, isOver: () => boolean): Promise<number> {
  for (let started = 1; ; started++) {
    const round = await screen.startRound({
      ...defaultChallenge(),
      submissionsPerParticipant: 100,
    });
    await screen.until(
      'a share of submissions',
      ({ submissions }) =>
        isOver() ||
        Object.values(submissions).filter(({ roundId }) => roundId === round.id).length >=
          SUBMISSIONS_PER_ROUND,
      600_000,
    );
    if (isOver()) return started;
    await screen.endRound();
  }
}

const unverifiedIn = ({ submissions }: NonNullable<Screen['state']>): number =>
  Object.values(submissions).filter(({ status }) => status === 'provisional').length;

/** Weights a hair apart: each submission is a content of its own. */
function variantOf({ artifact, ...rest }: HonestRun, by: number): HonestRun {
  const copy = artifact.slice();
  const view = new DataView(copy.buffer);
  const at = copy.length - 4;
  view.setFloat32(at, view.getFloat32(at, true) * (1 + by / 1000), true);
  return { ...rest, artifact: copy };
}

/** As the outbox does: the same run id again until there is a receipt. @returns the submission's id */
async function untilAcknowledged(
  person: Person,
  code: string,
  runId: string,
  sent: Parameters<Person['submit']>[2],
  tally: { resent: number; repeated: number },
): Promise<string> {
  for (;;) {
    const answer = await person.submit(code, runId, sent).catch(() => null);
    if (answer?.body.submissionId) {
      if (answer.status === 200) tally.repeated++;
      return answer.body.submissionId;
    }
    if (answer && answer.status < 500 && answer.status !== 429)
      throw new Error(`refused with ${answer.status}: ${answer.body.error}`);
    tally.resent++;
    await pause(100);
  }
}
