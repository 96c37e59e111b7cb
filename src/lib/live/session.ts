/**
 * A live session as a pure reducer: state and event go in, the next state comes out.
 *
 * The server appends an event to Postgres before it applies it; a restarted server and a reconnecting
 * client rebuild the same state by replaying. No clock and no randomness are read here: events carry both.
 */
import type { Entry } from '../leaderboard/rank.ts';
import type { Challenge } from './challenge.ts';
import { withLock, withoutLock, type Knob, type KnobLock, type Locks } from './locks.ts';

export interface Participant {
  id: string;
  nickname: string;
  joinedAt: number;
  /** Since when the host has closed this seat; absent for an open one. */
  removedAt?: number;
}

export interface Round {
  id: string;
  /** 1-based. */
  number: number;
  challenge: Challenge;
  startedAt: number;
  endedAt: number | null;
  /** When the server ends it, in ms since the epoch by the server's clock; null for when the host does. */
  endsAt: number | null;
  /** Knobs that the host has locked. */
  locks: Locks;
}

/** A round as a log holds it: one that an older version stored has no end time, and none has locks yet. */
type StoredRound = Omit<Round, 'endsAt' | 'locks'> & Partial<Round>;

export interface SessionState {
  code: string;
  title: string;
  /** Sequence number of the last applied event; 0 before the first. */
  seq: number;
  phase: 'lobby' | 'round' | 'between-rounds' | 'ended';
  /** Since when the host has asked for everybody's eyes; null while the class works. */
  pausedAt: number | null;
  /** The class reads pseudonyms instead of nicknames; the host goes on reading these. */
  namesHidden: boolean;
  participants: Record<string, Participant>;
  rounds: Round[];
  /** Submissions of all rounds by submission id. */
  submissions: Record<string, Entry & { roundId: string }>;
}

export type SessionEvent =
  | { type: 'participant:joined'; at: number; participant: Participant }
  | { type: 'round:started'; at: number; round: StoredRound }
  | { type: 'round:ended'; at: number; roundId: string }
  /** Ends so many minutes later; a round without an end gets one, from now. */
  | { type: 'round:extended'; at: number; roundId: string; minutes: number }
  | { type: 'knob:locked'; at: number; roundId: string; lock: KnobLock }
  | { type: 'knob:unlocked'; at: number; roundId: string; knob: Knob }
  | {
      type: 'submission:received';
      at: number;
      submissionId: string;
      participantId: string;
      roundId: string;
      recipe: string;
      /** What the device reported, 0–1; null when it reported nothing. */
      reportedAccuracy: number | null;
      reportedTrainable: number | null;
    }
  | {
      type: 'submission:verified';
      at: number;
      submissionId: string;
      accuracy: number;
      trainable: number;
    }
  | { type: 'submission:rejected'; at: number; submissionId: string; reason: string }
  /** A technical failure: the server tries again by itself, and a verdict still follows. */
  | { type: 'submission:delayed'; at: number; submissionId: string; reason: string }
  | {
      type: 'names:changed';
      at: number;
      hidden: boolean;
      /** What a page is to call each participant from now on. Added on the way to the class, never stored. */
      names?: Record<string, string>;
    }
  | { type: 'participant:renamed'; at: number; participantId: string; nickname: string }
  | { type: 'participant:removed'; at: number; participantId: string }
  | { type: 'participant:restored'; at: number; participantId: string }
  | { type: 'class:paused'; at: number }
  | { type: 'class:resumed'; at: number }
  | { type: 'session:ended'; at: number };

/** An event with its place in the session's log. `seq` starts at 1 and has no gaps. */
export interface SequencedEvent {
  seq: number;
  event: SessionEvent;
}

export function initialSession(code: string, title: string): SessionState {
  return {
    code,
    title,
    seq: 0,
    phase: 'lobby',
    pausedAt: null,
    namesHidden: false,
    participants: {},
    rounds: [],
    submissions: {},
  };
}

/**
 * Applies one event. An event already applied (`seq` ≤ the state's) leaves the state as it is.
 * @throws {SequenceGapError} when events are missing in between: the caller must fetch a snapshot.
 */
export function reduceSession(state: SessionState, { seq, event }: SequencedEvent): SessionState {
  if (seq <= state.seq) return state;
  if (seq !== state.seq + 1) throw new SequenceGapError(state.seq, seq);
  return { ...apply(state, event, seq), seq };
}

export class SequenceGapError extends Error {
  override name = 'SequenceGapError';
  constructor(have: number, got: number) {
    super(`event ${got} cannot follow event ${have}`);
  }
}

function apply(state: SessionState, event: SessionEvent, seq: number): SessionState {
  switch (event.type) {
    case 'participant:joined':
      return {
        ...state,
        participants: { ...state.participants, [event.participant.id]: event.participant },
      };
    case 'round:started':
      return {
        ...state,
        phase: 'round',
        rounds: [...state.rounds, { endsAt: null, locks: {}, ...event.round }],
      };
    case 'round:ended':
      return updateRound({ ...state, phase: 'between-rounds' }, event.roundId, () => ({
        endedAt: event.at,
      }));
    case 'round:extended':
      return updateRound(state, event.roundId, (round) => ({
        endsAt: (round.endsAt ?? roundNow(state, round, event.at)) + event.minutes * 60_000,
      }));
    case 'knob:locked':
      return updateRound(state, event.roundId, ({ locks }) => ({
        locks: withLock(locks, event.lock, seq),
      }));
    case 'knob:unlocked':
      return updateRound(state, event.roundId, ({ locks }) => ({
        locks: withoutLock(locks, event.knob),
      }));
    case 'submission:received': {
      const nickname = state.participants[event.participantId]?.nickname ?? '';
      return withSubmission(state, {
        submissionId: event.submissionId,
        participantId: event.participantId,
        roundId: event.roundId,
        nickname,
        recipe: event.recipe,
        status: 'provisional',
        accuracy: event.reportedAccuracy,
        trainable: event.reportedTrainable,
        submittedAt: event.at,
        reason: null,
      });
    }
    case 'submission:verified':
      return updateSubmission(state, event.submissionId, {
        status: 'verified',
        accuracy: event.accuracy,
        trainable: event.trainable,
        reason: null,
      });
    case 'submission:delayed':
      return updateSubmission(state, event.submissionId, { reason: event.reason });
    case 'submission:rejected':
      return updateSubmission(state, event.submissionId, {
        status: 'rejected',
        accuracy: null,
        trainable: null,
        reason: event.reason,
      });
    case 'names:changed':
      return withNames({ ...state, namesHidden: event.hidden }, event.names ?? {});
    case 'participant:renamed':
      return withNames(state, { [event.participantId]: event.nickname });
    case 'participant:removed':
      return updateParticipant(state, event.participantId, (participant) => ({
        ...participant,
        removedAt: event.at,
      }));
    case 'participant:restored':
      return updateParticipant(state, event.participantId, ({ id, nickname, joinedAt }) => ({
        id,
        nickname,
        joinedAt,
      }));
    case 'class:paused':
      return { ...state, pausedAt: state.pausedAt ?? event.at };
    case 'class:resumed':
      return { ...resumed(state, event.at), pausedAt: null };
    case 'session:ended':
      return { ...state, phase: 'ended', pausedAt: null };
  }
}

function updateParticipant(
  state: SessionState,
  id: string,
  change: (participant: Participant) => Participant,
): SessionState {
  const participant = state.participants[id];
  return participant
    ? { ...state, participants: { ...state.participants, [id]: change(participant) } }
    : state;
}

/** @param names by participant id; who is not named keeps the name they have */
export function withNames(
  state: SessionState,
  names: Readonly<Record<string, string>>,
): SessionState {
  const renamed = <T extends { nickname: string }>(one: T, id: string): T => {
    const nickname = names[id];
    return nickname === undefined ? one : { ...one, nickname };
  };
  return {
    ...state,
    participants: mapValues(state.participants, (one) => renamed(one, one.id)),
    submissions: mapValues(state.submissions, (one) => renamed(one, one.participantId)),
  };
}

function mapValues<T>(record: Record<string, T>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function updateRound(
  state: SessionState,
  id: string,
  change: (round: Round) => Partial<Round>,
): SessionState {
  const rounds = state.rounds.map((round) =>
    round.id === id ? { ...round, ...change(round) } : round,
  );
  return { ...state, rounds };
}

/** The moment that a round's clock shows at `now`: in a pause it stands where the pause, or the round, began. */
export function roundNow(
  { pausedAt }: Pick<SessionState, 'pausedAt'>,
  { startedAt }: Pick<Round, 'startedAt'>,
  now: number,
): number {
  return pausedAt === null ? now : Math.max(pausedAt, startedAt);
}

/** The running round ends as much later as the pause took of it. */
function resumed(state: SessionState, at: number): SessionState {
  const round = runningRound(state);
  if (round === null || round.endsAt === null) return state;
  const endsAt = round.endsAt + at - roundNow(state, round, at);
  return updateRound(state, round.id, () => ({ endsAt }));
}

type Submission = SessionState['submissions'][string];

function withSubmission(state: SessionState, submission: Submission): SessionState {
  return {
    ...state,
    submissions: { ...state.submissions, [submission.submissionId]: submission },
  };
}

function updateSubmission(
  state: SessionState,
  id: string,
  change: Partial<Submission>,
): SessionState {
  const submission = state.submissions[id];
  return submission ? withSubmission(state, { ...submission, ...change }) : state;
}

/** The round that is running, or the last one; null in the lobby. */
export function currentRound(state: SessionState): Round | null {
  return state.rounds.at(-1) ?? null;
}

/** Null in the lobby, between rounds and after the end. */
export function runningRound(state: SessionState): Round | null {
  return state.phase === 'round' ? currentRound(state) : null;
}

/** Submissions of one round. */
export function submissionsOf(state: SessionState, roundId: string): Submission[] {
  return Object.values(state.submissions).filter((submission) => submission.roundId === roundId);
}

/** Those of one round that stand on its board: a seat that the host has closed has none there. */
export function standingOf(state: SessionState, roundId: string): Submission[] {
  return submissionsOf(state, roundId).filter(
    ({ participantId }) => state.participants[participantId]?.removedAt === undefined,
  );
}

/** Participants whose seat is open, in the order of joining. */
export function seated(state: SessionState): Participant[] {
  return Object.values(state.participants).filter(({ removedAt }) => removedAt === undefined);
}
