/** One run of a simulated student: a recording is played as telemetry and, where it has an artifact, submitted. */
import { randomUUID } from 'node:crypto';
import type { Character } from './characters.ts';
import type { Errands } from './errands.ts';
import { putForm } from './loopback.ts';
import { momentOf, playingTime } from './playback.ts';
import { loadArtifact, type Recording } from './recordings.ts';
import type { StudentLine } from './student-line.ts';

/** As often as a page reports, in ms. */
const REPORT_INTERVAL = 500;
/** A server that is busy is asked again, in ms. */
const RETRY = 2000;
const ATTEMPTS = 5;

export interface Place {
  /** Of this server. */
  origin: string;
  code: string;
  /** The seat's. */
  cookie: string;
}

export interface RunOf {
  recording: Recording;
  /** Null for a free lab, where nothing is submitted. */
  roundId: string | null;
  /** Last event that the student had when the run began. */
  begun: number;
}

/**
 * Plays a recording.
 * @param halfway called when about half of it is over
 * @returns the run's id
 */
export async function playRun(
  line: StudentLine,
  errands: Errands,
  { device, usualRun }: Pick<Character, 'device' | 'usualRun'>,
  recording: Recording,
  halfway: () => void,
): Promise<string> {
  const runId = randomUUID();
  const duration = playingTime(recording, usualRun);
  const report = (share: number) =>
    line.reportProgress({
      runId,
      ...momentOf(recording, share, duration),
      backend: device.backend,
    });
  let told = false;
  for (let played = 0; played < duration; played += REPORT_INTERVAL) {
    report(played / duration);
    if (!told && played > duration / 2) {
      told = true;
      halfway();
    }
    await errands.wait(Math.min(REPORT_INTERVAL, duration - played));
  }
  report(1);
  return runId;
}

/** Uploads what a run left by the route that students' pages use. A refusal is an answer: the student goes on. */
export async function submitRun(
  { origin, code, cookie }: Place,
  errands: Errands,
  runId: string,
  { recording, roundId, begun }: RunOf,
): Promise<void> {
  const artifact = await loadArtifact(recording);
  const { recipe, accuracy, trainingSeconds } = recording;
  const report = { accuracy, trainingSeconds, backend: 'node', begun };
  const form = new FormData();
  if (roundId !== null) form.set('round', roundId);
  form.set('recipe', JSON.stringify(recipe));
  form.set('report', JSON.stringify(report));
  form.set('artifact', new Blob([artifact]), 'artifact.safetensors');
  const url = `${origin}/api/sessions/${code}/submissions/${runId}`;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { status, body } = await putForm(url, form, cookie, errands.signal);
    if (status === 429 || status === 503) await errands.wait(RETRY * attempt);
    else if (status < 500) return;
    else throw new Error(`an upload was answered with ${status}: ${body.slice(0, 200)}`);
  }
}
