import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rank } from '../leaderboard/rank.ts';
import { defaultChallenge } from './challenge.ts';
import {
  currentRound,
  initialSession,
  reduceSession,
  seated,
  SequenceGapError,
  standingOf,
  submissionsOf,
  type SessionEvent,
  type SessionState,
} from './session.ts';

const round = (number: number) => ({
  id: `round-${number}`,
  number,
  challenge: defaultChallenge(),
  startedAt: number,
  endedAt: null,
});

const received = (submissionId: string, participantId = 'ada'): SessionEvent => ({
  type: 'submission:received',
  at: 20,
  submissionId,
  participantId,
  roundId: 'round-1',
  recipe: 'LoRA r=8',
  reportedAccuracy: 1,
  reportedTrainable: 6,
});

const LESSON: SessionEvent[] = [
  { type: 'participant:joined', at: 1, participant: { id: 'ada', nickname: 'Ada', joinedAt: 1 } },
  { type: 'round:started', at: 2, round: round(1) },
  { type: 'participant:joined', at: 3, participant: { id: 'bob', nickname: 'Bob', joinedAt: 3 } },
  received('s1'),
  received('s2', 'bob'),
  { type: 'submission:verified', at: 30, submissionId: 's1', accuracy: 0.4, trainable: 100 },
  { type: 'submission:rejected', at: 31, submissionId: 's2', reason: 'It holds NaN.' },
  { type: 'round:ended', at: 40, roundId: 'round-1' },
  { type: 'session:ended', at: 50 },
];

const play = (events: SessionEvent[], from = initialSession('ABCDEF', 'Test')): SessionState =>
  events.reduce((state, event) => reduceSession(state, { seq: state.seq + 1, event }), from);

describe('reduceSession', () => {
  it('walks through the phases', () => {
    expect(LESSON.map((_, index) => play(LESSON.slice(0, index + 1)).phase)).toEqual([
      'lobby',
      'round',
      'round',
      'round',
      'round',
      'round',
      'round',
      'between-rounds',
      'ended',
    ]);
    expect(currentRound(play(LESSON))).toMatchObject({ number: 1, endedAt: 40 });
    expect(currentRound(initialSession('ABCDEF', 'Test'))).toBeNull();
  });

  it('replaces what a device reported by what the server found', () => {
    const [ada, bob] = submissionsOf(play(LESSON), 'round-1');
    expect(ada).toMatchObject({
      status: 'verified',
      accuracy: 0.4,
      trainable: 100,
      nickname: 'Ada',
    });
    expect(bob).toMatchObject({ status: 'rejected', accuracy: null, reason: 'It holds NaN.' });
  });

  it('gives the same state from any point a client reconnects at, repeats included', () => {
    const whole = play(LESSON);
    const log = LESSON.map((event, index) => ({ seq: index + 1, event }));
    fc.assert(
      fc.property(fc.nat(LESSON.length), fc.nat(LESSON.length), (have, back) => {
        const state = play(LESSON.slice(0, have));
        expect(log.slice(Math.max(0, have - back)).reduce(reduceSession, state)).toEqual(whole);
      }),
    );
  });

  it('refuses to skip an event', () => {
    const event = LESSON[0]!;
    expect(() => reduceSession(initialSession('ABCDEF', 'Test'), { seq: 2, event })).toThrow(
      SequenceGapError,
    );
  });

  it('does not touch the state it was given', () => {
    const state = play(LESSON.slice(0, 4));
    const copy = structuredClone(state);
    play(LESSON.slice(4), state);
    expect(state).toEqual(copy);
  });
});

it('holds what the projector shows until it is taken away, a round starts or the class moves on (H-11)', () => {
  const view = { kind: 'curves' as const, title: 'Runs', curves: [{ points: [], validation: [] }] };
  const shown: SessionEvent = { type: 'projector:shown', at: 5, view };
  expect(initialSession('ABCDEF', 'Test').projector).toBeNull();
  expect(play([shown]).projector).toEqual(view);
  expect(play([shown, { ...shown, view: null }]).projector).toBeNull();
  expect(play([shown, ...LESSON.slice(0, 2)]).projector).toBeNull();
  const moved: SessionEvent = { type: 'activity:moved', at: 6, activityId: 'a' };
  expect(play([shown, moved]).projector).toBeNull();
});

describe('S-15: a pause', () => {
  const paused: SessionEvent = { type: 'class:paused', at: 5 };

  it('lasts until the class goes on, over rounds, and no longer than the session', () => {
    expect(initialSession('ABCDEF', 'Test').pausedAt).toBeNull();
    const held = play([...LESSON.slice(0, 2), paused, { ...paused, at: 6 }]);
    expect(held).toMatchObject({ phase: 'round', pausedAt: 5 });
    expect(play([{ type: 'class:resumed', at: 9 }], held).pausedAt).toBeNull();
    const between = play([{ type: 'round:ended', at: 9, roundId: 'round-1' }], held);
    expect(between).toMatchObject({ phase: 'between-rounds', pausedAt: 5 });
    expect(play([{ type: 'session:ended', at: 10 }], between).pausedAt).toBeNull();
  });

  it('keeps nothing from arriving', () => {
    const held = play([...LESSON.slice(0, 3), paused, received('s1')]);
    expect(submissionsOf(held, 'round-1')).toHaveLength(1);
  });
});

it('I-11, I-14: the door changes nobody’s seat; seats that never connected go together and come back one by one', () => {
  const joined = play([...LESSON.slice(0, 3), received('s1')]);
  expect(joined.door).toEqual({ state: 'open' });
  const door = { state: 'guarded', because: 'flood', seats: 30 } as const;
  const guarded = play([{ type: 'door:changed', at: 5, door }], joined);
  expect(guarded).toEqual({ ...joined, seq: joined.seq + 1, door });
  const participantIds = ['ada', 'bob', 'nobody'];
  const swept = play([{ type: 'participants:removed', at: 6, participantIds }], guarded);
  expect(seated(swept)).toEqual([]);
  expect(standingOf(swept, 'round-1')).toEqual([]);
  expect(swept.participants).toMatchObject({ ada: { removedAt: 6, neverConnected: true } });
  const back = play([{ type: 'participant:restored', at: 7, participantId: 'ada' }], swept);
  expect(seated(back)).toEqual([joined.participants.ada]);
});

it('S-22: replays a log that version 2 of the protocol stored', () => {
  const challenge = defaultChallenge();
  // As it stands in a database: no end time, no locks, no pause, no removal, no plan.
  const stored = `[
    {"type":"participant:joined","at":1,"participant":{"id":"ada","nickname":"Ada","joinedAt":1}},
    {"type":"round:started","at":2,"round":{"id":"round-1","number":1,"challenge":${JSON.stringify(challenge)},"startedAt":2,"endedAt":null}},
    {"type":"submission:received","at":3,"submissionId":"s1","participantId":"ada","roundId":"round-1","recipe":"LoRA r=8","reportedAccuracy":0.5,"reportedTrainable":6},
    {"type":"submission:verified","at":4,"submissionId":"s1","accuracy":0.4,"trainable":6},
    {"type":"round:ended","at":5,"roundId":"round-1"}]`;
  const state = play(JSON.parse(stored) as SessionEvent[]);
  expect(state).toMatchObject({ phase: 'between-rounds', pausedAt: null, namesHidden: false });
  expect(state.door).toEqual({ state: 'open' });
  expect(state.rounds).toEqual([
    {
      id: 'round-1',
      number: 1,
      challenge,
      startedAt: 2,
      endedAt: 5,
      endsAt: null,
      locks: {},
      activityId: null,
      sweep: null,
      dealt: {},
    },
  ]);
  expect(state.submissions.s1).toMatchObject({ memory: null });
  expect(rank(submissionsOf(state, 'round-1'))).toMatchObject([{ nickname: 'Ada', rank: 1 }]);
});

it('a claimed accuracy of 1.0 does not stand above a verified one', () => {
  const state = play([...LESSON.slice(0, 6)]);
  expect(
    rank(submissionsOf(state, 'round-1')).map(({ nickname, rank }) => [nickname, rank]),
  ).toEqual([
    ['Ada', 1],
    ['Bob', null],
  ]);
});
