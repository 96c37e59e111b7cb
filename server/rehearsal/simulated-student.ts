/**
 * A simulated student: takes a seat, looks at what the class does and does the same at its own pace. It invents no
 * result: what it trains is a recording that the round, its locks and its sweep allow, and where none fits, it waits
 * and its tile says so.
 */
import type { Random } from '../../src/lib/engine/data/random.ts';
import { currentActivity, openActivities } from '../../src/lib/live/activities.ts';
import { isQuestion, type Question } from '../../src/lib/live/plan.ts';
import { runningRound, type SessionState } from '../../src/lib/live/session.ts';
import type { Sweep } from '../../src/lib/live/sweep.ts';
import { seatCookie } from '../http/cookies.ts';
import type { Seats } from '../live/seats.ts';
import type { SessionRoom } from '../live/session-room.ts';
import { chooseRecording, fittingLab, fittingRound, recordedCells } from './choose.ts';
import type { Character } from './characters.ts';
import type { Errands } from './errands.ts';
import type { Recording } from './recordings.ts';
import { playRun, submitRun, type Place, type RunOf } from './simulated-run.ts';
import { StudentLine } from './student-line.ts';

/** The state is looked at this often even when nothing was heard, in ms. */
const LOOK_INTERVAL = 2000;
/** A question that goes unanswered, of those a student is asked. */
const SHRUGS = 0.1;
/** In which an acknowledged change has come back as an event, in ms. */
const ECHO = 300;
/** Cells without a recording that a student is dealt before it keeps the last. */
const CELL_ATTEMPTS = 3;

export interface Class {
  room: SessionRoom;
  seats: Seats;
  /** Of this server. */
  origin: string;
  recordings: readonly Recording[];
}

export class SimulatedStudent {
  readonly #character: Character;
  readonly #class: Class;
  readonly #random: Random;
  readonly #errands: Errands;
  /** Questions that were thought about. */
  readonly #asked = new Set<string>();
  #training = false;
  /** What is being worked on, a round or a free lab, and the recordings played there. */
  #work = { id: '', played: new Set<string>(), gaveUp: false };
  #waits = false;

  constructor(character: Character, ofClass: Class, random: Random, errands: Errands) {
    this.#character = character;
    this.#class = ofClass;
    this.#random = random;
    this.#errands = errands;
  }

  /** From arrival until the signal. */
  async live(): Promise<void> {
    const { room, seats, origin } = this.#class;
    const { nickname, arrivesAfter, transport, shares } = this.#character;
    await this.#errands.wait(arrivesAfter);
    const { participant, token } = await seats.join(room, nickname, null, null);
    const { code } = room.meta;
    const place = { origin, code, cookie: `${seatCookie(code)}=${token}` };
    const line = new StudentLine({ ...place, transport });
    try {
      while (!line.state) await this.#nextLook(line);
      await this.#errands.wait(this.#between(800, 4000));
      this.#tellDevice(line);
      if (shares) await line.ask('sharing:change', { shares });
      for (;;) {
        if (line.state) this.#look(line, place, participant.id, line.state);
        await this.#nextLook(line);
      }
    } finally {
      line.close();
    }
  }

  #look(line: StudentLine, place: Place, me: string, state: SessionState): void {
    if (state.phase === 'ended' || state.pausedAt !== null) return;
    for (const activity of openActivities(state)) {
      const asked = state.askedSince[activity.id] ?? 0;
      const one = `${activity.id} ${asked}`;
      if (!isQuestion(activity) || this.#asked.has(one)) continue;
      this.#asked.add(one);
      void this.#errands.run(() => this.#answer(line, activity, asked));
    }
    if (this.#training) return;
    this.#training = true;
    void this.#errands
      .run(() => this.#train(line, place, me, state))
      .finally(() => (this.#training = false));
  }

  async #answer(line: StudentLine, question: Question, asked: number): Promise<void> {
    if (this.#random.uniform() < SHRUGS) return;
    await this.#errands.wait(this.#between(2000, 12_000));
    const answer = answerTo(question, this.#random);
    await line.ask('answer:give', { activityId: question.id, answer, asked });
  }

  async #train(line: StudentLine, place: Place, me: string, seen: SessionState): Promise<void> {
    const id = runningRound(seen)?.id ?? labOf(seen)?.id;
    if (id === undefined) return;
    if (id !== this.#work.id) this.#work = { id, played: new Set(), gaveUp: false };
    const { played, gaveUp } = this.#work;
    if (gaveUp || played.size >= this.#character.runsPerRound) return;
    await this.#errands.wait(this.#between(1500, 7000));
    const run = await this.#chooseRun(line, me, played);
    if (!run) return;
    const isFirst = played.size === 0;
    played.add(run.recording.id);
    const runId = await playRun(line, this.#errands, this.#character, run.recording, () => {
      if (isFirst) this.#halfway(line, me);
    });
    const { recipe, accuracy } = run.recording;
    if (this.#character.shares) line.offerRun({ runId, recipe, accuracy });
    if (accuracy === null || run.roundId === null) return;
    await this.#errands.wait(this.#between(800, 3000));
    while (line.state?.pausedAt != null) await this.#nextLook(line);
    await submitRun(place, this.#errands, runId, run);
  }

  /** What is allowed may have changed while the student thought: it is asked of the state as it is then. */
  async #chooseRun(
    line: StudentLine,
    me: string,
    played: ReadonlySet<string>,
  ): Promise<RunOf | null> {
    const round = line.state && runningRound(line.state);
    const cell = round?.sweep ? await this.#takeCell(line, round.sweep, me) : null;
    const { state } = line;
    if (!state || state.pausedAt !== null) return null;
    const { recordings } = this.#class;
    const now = runningRound(state);
    const lab = labOf(state);
    if (!now && !lab) return null;
    const fitting = now
      ? fittingRound(recordings, now, cell, state.seq)
      : fittingLab(recordings, lab!);
    this.#tellWaiting(line, fitting.length === 0);
    const wanted = played.size === 0 ? this.#character.firstRun : 'ordinary';
    const recording = chooseRecording(fitting, played, wanted, this.#random);
    return recording && { recording, roundId: now?.id ?? null, begun: state.seq };
  }

  /**
   * Asks for cells until one is dealt that was recorded. After some others it keeps what it has and waits: a class
   * in which everybody hands back the same cells would never get past them.
   */
  async #takeCell(line: StudentLine, sweep: Sweep, me: string): Promise<number | null> {
    const recorded = new Set(recordedCells(this.#class.recordings, sweep).values());
    if (recorded.size === 0) return null;
    for (let attempt = 0; attempt < CELL_ATTEMPTS; attempt++) {
      if (!(await line.ask('cell:take', {}))) return null;
      await this.#errands.waitUnhurried(ECHO);
      const dealt = line.state && runningRound(line.state)?.dealt[me];
      if (dealt != null && recorded.has(dealt)) return dealt;
    }
    this.#work.gaveUp = true;
    return null;
  }

  #halfway(line: StudentLine, me: string): void {
    const { drops, raisesHand } = this.#character;
    if (drops)
      void this.#errands.run(async () => {
        line.drop();
        await this.#errands.wait(this.#between(6000, 14_000));
        line.comeBack();
      });
    if (raisesHand)
      void this.#errands.run(async () => {
        await line.ask('hand:change', { up: true });
        await this.#errands.wait(this.#between(15_000, 40_000));
        // The host may have seen it already.
        if (line.state?.hands[me] !== undefined) await line.ask('hand:change', { up: false });
      });
  }

  #tellWaiting(line: StudentLine, waits: boolean): void {
    if (waits === this.#waits) return;
    this.#waits = waits;
    this.#tellDevice(line);
  }

  #tellDevice(line: StudentLine): void {
    const { device, usualRun } = this.#character;
    line.reportPreflight({
      ...device,
      secondsPerStep: usualRun / 1000 / 300,
      withoutRecording: this.#waits,
    });
  }

  async #nextLook(line: StudentLine): Promise<void> {
    let end = () => {};
    const heard = new Promise<void>((resolve) => (end = line.onChange(resolve)));
    try {
      await Promise.race([heard, this.#errands.wait(LOOK_INTERVAL)]);
    } finally {
      end();
    }
  }

  #between(least: number, most: number): number {
    return least + this.#random.uniform() * (most - least);
  }
}

function labOf(state: SessionState) {
  const activity = currentActivity(state);
  return activity?.kind === 'lab' ? activity : null;
}

/** Any of a poll's options; for a prediction a number of three digits within its limits. */
export function answerTo(question: Question, random: Random): number {
  if (question.kind === 'poll') return random.integer(question.options.length);
  const { min, max } = question;
  const guess = Number((min + random.uniform() * (max - min)).toPrecision(3));
  return Math.min(max, Math.max(min, guess));
}
