/**
 * A live session as a pure reducer: state and event go in, the next state comes out.
 *
 * The server appends an event to Postgres before it applies it; a restarted server and a reconnecting
 * client rebuild the same state by replaying. No clock and no randomness are read here: events carry both.
 */
import type { Entry } from '../leaderboard/rank.ts';
import {
  isActivityEvent,
  NO_ACTIVITIES,
  reduceActivity,
  type ActivityState,
} from './activities.ts';
import type { Challenge } from './challenge.ts';
import { OPEN, type Door } from './door.ts';
import { withLock, withoutLock, type Locks } from './locks.ts';
import type { ProjectorView } from './projector.ts';
import type { SequencedEvent, SessionEvent } from './session-events.ts';
import type { Sweep } from './sweep.ts';

export type { SequencedEvent, SessionEvent } from './session-events.ts';
export { seated } from './seated.ts';
export { standingOf, submissionsOf } from './standing.ts';

export interface Participant {
  id: string;
  nickname: string;
  joinedAt: number;
  /** Since when the host has closed this seat; absent for an open one. */
  removedAt?: number;
  /** The host may show this student's runs to everybody; absent where the student has not agreed. */
  shares?: boolean;
  /** Closed because its browser never connected; the same browser may take it again. */
  neverConnected?: true;
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
  /** The plan's activity that it is of; null for one outside a plan. */
  activityId: string | null;
  /** The grid that the class works through together; null for a challenge. */
  sweep: Sweep | null;
  /** The cell of the sweep that each participant has been dealt last. */
  dealt: Record<string, number>;
}

/** A round as a log holds it; what an older version did not store has its place in {@link ROUND_DEFAULTS}. */
export type StoredRound = Pick<Round, 'id' | 'number' | 'challenge' | 'startedAt' | 'endedAt'> &
  Partial<Round>;

const ROUND_DEFAULTS = { endsAt: null, locks: {}, activityId: null, sweep: null, dealt: {} };

/** A round as the log holds it, whole. */
export function wholeRound(round: StoredRound): Round {
  return { ...ROUND_DEFAULTS, ...round };
}

export type Submission = Entry & {
  roundId: string;
  /** The cell of a sweep that its recipe is of; null outside a sweep. */
  cell: number | null;
  /** Bytes of a training step as the verifier counted them; null before, and from older logs. */
  memory: number | null;
};

export interface SessionState extends ActivityState {
  code: string;
  title: string;
  /** A trial run with simulated students: marked wherever it shows, and deleted when it ends. */
  rehearsal: boolean;
  /** Sequence number of the last applied event; 0 before the first. */
  seq: number;
  phase: 'lobby' | 'round' | 'between-rounds' | 'ended';
  /** Since when the host has asked for everybody's eyes; null while the class works. */
  pausedAt: number | null;
  /** The class reads pseudonyms instead of nicknames; the host goes on reading these. */
  namesHidden: boolean;
  door: Door;
  /** What the projector shows in the board's place; null for the board. */
  projector: ProjectorView | null;
  participants: Record<string, Participant>;
  rounds: Round[];
  /** Submissions of all rounds by submission id. */
  submissions: Record<string, Submission>;
}

export function initialSession(code: string, title: string, rehearsal = false): SessionState {
  return {
    code,
    title,
    rehearsal,
    seq: 0,
    phase: 'lobby',
    pausedAt: null,
    namesHidden: false,
    door: OPEN,
    projector: null,
    participants: {},
    rounds: [],
    submissions: {},
    ...NO_ACTIVITIES,
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
  if (isActivityEvent(event)) {
    const next = reduceActivity(state, event, seq);
    return event.type === 'activity:moved' ? { ...next, projector: null } : next;
  }
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
        projector: null,
        rounds: [...state.rounds, wholeRound(event.round)],
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
        cell: event.cell ?? null,
        memory: null,
      });
    }
    case 'submission:verified':
      return updateSubmission(state, event.submissionId, {
        status: 'verified',
        accuracy: event.accuracy,
        trainable: event.trainable,
        memory: event.memory ?? null,
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
      return updateParticipant(unlit(state, [event.participantId]), event.participantId, (one) => ({
        ...one,
        removedAt: event.at,
      }));
    case 'participant:restored':
      return updateParticipant(
        state,
        event.participantId,
        ({ removedAt: _closed, neverConnected: _reason, ...rest }) => rest,
      );
    case 'participants:removed':
      return event.participantIds.reduce(
        (left, id) =>
          updateParticipant(left, id, (participant) => ({
            ...participant,
            removedAt: event.at,
            neverConnected: true,
          })),
        unlit(state, event.participantIds),
      );
    case 'door:changed':
      return { ...state, door: event.door };
    case 'class:paused':
      return { ...state, pausedAt: state.pausedAt ?? event.at };
    case 'class:resumed':
      return { ...resumed(state, event.at), pausedAt: null };
    case 'projector:shown':
      return { ...state, projector: event.view };
    case 'session:ended':
      return { ...state, phase: 'ended', pausedAt: null };
  }
}

/** Whose seat is closed is not shown to the class any longer. */
function unlit(state: SessionState, ids: readonly string[]): SessionState {
  const shown = state.spotlight?.participantId;
  return shown !== undefined && ids.includes(shown) ? { ...state, spotlight: null } : state;
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

/** The last round of an activity; null before one. */
export function roundOf(state: SessionState, activityId: string): Round | null {
  return state.rounds.findLast((round) => round.activityId === activityId) ?? null;
}

/** Null in the lobby, between rounds and after the end. */
export function runningRound(state: SessionState): Round | null {
  return state.phase === 'round' ? currentRound(state) : null;
}
