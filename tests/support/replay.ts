/**
 * Students whose devices are simulated: real sockets of real seats that say, step by step, what a recorded run had
 * said. Their losses, validations and diagnoses are those of the recording; which device they name is made up.
 */
import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { TracePoint } from '../../src/lib/engine/train/events.ts';
import { IDLE, reduceRun, type RunState } from '../../src/lib/lab/run-state.ts';
import {
  PROTOCOL_VERSION,
  type ClientToServer,
  type Preflight,
  type Progress,
  type ServerToClient,
} from '../../src/lib/live/protocol.ts';
import { progressReport } from '../../src/lib/live/run-report.ts';
import type { Person } from './person.ts';
import type { RecordedRun } from './recorded-runs.ts';

/** What the product reports after each step of a recorded run; the last one is the run's end. */
export function reportsOf(run: RecordedRun, backend: Preflight['backend'] = 'wasm'): Progress[] {
  const { losses, validations, labels, diverged } = run;
  const reports: Progress[] = [];
  let state = beginning(run, backend);
  const say = () => {
    const report = progressReport(state, labels);
    if (report) reports.push(report);
  };
  const validate = (step: number) => {
    for (const validation of validations.filter((each) => each.step === step))
      state = reduceRun(state, { type: 'event', event: { type: 'validation', validation } });
  };
  validate(0);
  for (const [index, loss] of losses.entries()) {
    const point: TracePoint = { step: index + 1, loss, learningRate: 0, gradientNorm: 0 };
    state = reduceRun(state, {
      type: 'event',
      event: { type: 'step', point, steps: losses.length, tokensPerSecond: 0, secondsLeft: 0 },
    });
    validate(index + 1);
    say();
  }
  if (diverged) state = reduceRun(state, { type: 'failed', message: '', again: false });
  const last = reports.at(-1);
  if (last) reports.push({ ...last, state: diverged ? 'failed' : 'finished' });
  return reports;
}

function beginning({ recipe, trainable, memoryBytes }: RecordedRun, backend: Preflight['backend']) {
  // The recording has one figure for all of the memory.
  const memory = {
    frozen: memoryBytes,
    quantised: 0,
    trainable: 0,
    gradients: 0,
    optimiser: 0,
    activations: 0,
    constants: 0,
  };
  const counts = { trainable, kept: trainable, total: trainable, memory, multiplications: 0 };
  const choice = { backend, threads: 1, reason: '' };
  let state: RunState = reduceRun(IDLE, { type: 'start', id: randomUUID(), recipe });
  state = reduceRun(state, { type: 'event', event: { type: 'backend', choice } });
  return reduceRun(state, { type: 'event', event: { type: 'counts', counts } });
}

export class ReplayedStudent {
  readonly #socket: Socket<ServerToClient, ClientToServer>;
  readonly #reports: readonly Progress[];
  readonly #runId = randomUUID();
  #at = 0;

  constructor(
    url: string,
    code: string,
    { cookie }: Pick<Person, 'cookie'>,
    reports: readonly Progress[],
    preflight: Preflight,
  ) {
    this.#reports = reports;
    this.#socket = io(url, {
      forceNew: true,
      transports: ['websocket'],
      extraHeaders: { cookie, origin: url },
      auth: { protocol: PROTOCOL_VERSION, code, role: 'participant' },
    });
    this.#socket.on('connect', () => this.#socket.emit('device:preflight', preflight));
  }

  /** Goes on by so many steps, to the run's end at most, and says so. @returns false at the end */
  advance(steps: number): boolean {
    if (this.#at >= this.#reports.length) return false;
    this.#at = Math.min(this.#reports.length, this.#at + steps);
    const report = this.#reports[this.#at - 1];
    if (report) this.#socket.emit('run:progress', { ...report, runId: this.#runId });
    return true;
  }

  close(): void {
    this.#socket.disconnect();
  }
}
