import { describe, expect, it } from 'vitest';
import { defaultChallenge } from '../challenge.ts';
import { initialSession, reduceSession, type SessionEvent, type SessionState } from '../session.ts';
import { progressOf, SEATS } from './testing.ts';
import { describeTile, stateLine } from './tile-words.ts';
import {
  filtered,
  inHeldOrder,
  NO_FILTER,
  scoresOf,
  sorted,
  tilesOf,
  type ClassTelemetry,
} from './tiles.ts';

const play = (events: SessionEvent[]): SessionState =>
  events.reduce(
    (state, event, index) => reduceSession(state, { seq: index + 1, event }),
    initialSession('ABC234', 'Class'),
  );
const NOTHING: ClassTelemetry = {
  progress: {},
  preflight: {},
  present: new Set(['ada', 'bob', 'cleo', 'dora']),
  hands: new Set(),
  aliases: {},
};
const submission = (id: string, who: string, accuracy: number): SessionEvent[] => [
  {
    type: 'submission:received',
    at: 20,
    submissionId: id,
    participantId: who,
    roundId: 'r1',
    recipe: 'LoRA r=8',
    reportedAccuracy: 0.9,
    reportedTrainable: 9,
  },
  { type: 'submission:verified', at: 21, submissionId: id, accuracy, trainable: 9 },
];
const ROUND: SessionEvent = {
  type: 'round:started',
  at: 10,
  round: { id: 'r1', number: 1, challenge: defaultChallenge(), startedAt: 10, endedAt: null },
};
const SESSION = play([...SEATS, ROUND]);
const tiles = (telemetry: Partial<ClassTelemetry> = {}, session = SESSION) =>
  tilesOf(session, scoresOf(session), { ...NOTHING, ...telemetry });
const ids = (list: { id: string }[]) => list.map(({ id }) => id);

describe('a tile (H-1, H-2)', () => {
  it('has the best verified score of the round, and what the run and the device say', () => {
    const session = play([
      ...SEATS,
      ROUND,
      ...submission('s1', 'bob', 0.7),
      ...submission('s2', 'bob', 0.8),
    ]);
    const preflight = { bob: { backend: 'wasm', threads: 2, secondsPerStep: null } } as const;
    const [ada, bob] = tiles({ progress: { bob: progressOf({ step: 75 }) }, preflight }, session);
    expect(ada).toMatchObject({ state: 'getting-ready', score: null, run: null, place: 1 });
    expect(describeTile({ ...ada!, device: { ...preflight.bob, secondsPerStep: 0.058 } })).toBe(
      'Ada, getting ready, WASM, 2 threads, 58 ms a step',
    );
    expect(bob).toMatchObject({ state: 'training', score: 0.8, done: 0.25 });
    expect(stateLine(bob!)).toBe('75 / 300');
    expect(describeTile(bob!)).toBe(
      'Bob, training, step 75 of 300, loss 1.20, best verified accuracy 0.800, WASM, 2 threads',
    );
  });

  it('has every flag that applies, the most urgent first', () => {
    const [ada] = tiles({
      progress: { ada: progressOf({ diagnosis: 'over-fitted', state: 'finished' }) },
      present: new Set(),
      hands: new Set(['ada']),
      aliases: { ada: 'Student 1' },
    });
    expect(ada?.flags).toEqual(['needs-help', 'over-fitted', 'away']);
    expect(describeTile(ada!)).toContain('Ada, class reads Student 1, finished');
    expect(describeTile(ada!)).toContain('needs help, over-fitted, away');
  });

  it('leaves out whoever has been removed', () => {
    const session = reduceSession(SESSION, {
      seq: SESSION.seq + 1,
      event: { type: 'participant:removed', at: 30, participantId: 'ada' },
    });
    expect(ids(tiles({}, session))).toEqual(['bob', 'cleo', 'dora']);
  });
});

describe('orders (H-3)', () => {
  it('puts first who needs the host, then as they joined', () => {
    const all = tiles({
      progress: {
        ada: progressOf(),
        bob: progressOf({ diagnosis: 'stalled' }),
        cleo: progressOf({ state: 'failed' }),
      },
      hands: new Set(['dora']),
    });
    expect(ids(sorted(all, 'attention'))).toEqual(['dora', 'cleo', 'bob', 'ada']);
    const away = tiles({ present: new Set(['ada', 'bob', 'dora']) });
    expect(ids(sorted(away, 'attention'))).toEqual(['cleo', 'ada', 'bob', 'dora']);
  });

  it('knows scores, progress, names and joining', () => {
    const session = play([
      ...SEATS,
      ROUND,
      ...submission('s1', 'cleo', 0.7),
      ...submission('s2', 'bob', 0.8),
    ]);
    const all = tiles(
      { progress: { dora: progressOf({ step: 9 }), ada: progressOf({ step: 3 }) } },
      session,
    );
    expect(ids(sorted(all, 'score'))).toEqual(['bob', 'cleo', 'ada', 'dora']);
    expect(ids(sorted(all, 'progress'))).toEqual(['dora', 'ada', 'bob', 'cleo']);
    expect(ids(sorted([...all].reverse(), 'name'))).toEqual(['ada', 'bob', 'cleo', 'dora']);
    expect(ids(sorted([...all].reverse(), 'joined'))).toEqual(['ada', 'bob', 'cleo', 'dora']);
  });

  it('stands still for whoever is among the tiles: newcomers at the end, the gone left out', () => {
    const held = ['gone', 'cleo', 'ada', 'bob'];
    expect(ids(inHeldOrder(tiles(), held))).toEqual(['cleo', 'ada', 'bob', 'dora']);
  });
});

it('chooses tiles by flag, by state and by name or pseudonym (H-4)', () => {
  const all = tiles({
    progress: { ada: progressOf({ diagnosis: 'stalled' }), bob: progressOf({ state: 'finished' }) },
    aliases: { cleo: 'Student 3' },
  });
  expect(ids(filtered(all, NO_FILTER))).toHaveLength(4);
  expect(ids(filtered(all, { ...NO_FILTER, flag: 'stalled' }))).toEqual(['ada']);
  expect(ids(filtered(all, { ...NO_FILTER, state: 'finished' }))).toEqual(['bob']);
  expect(ids(filtered(all, { ...NO_FILTER, name: ' O ' }))).toEqual(['bob', 'cleo', 'dora']);
  expect(ids(filtered(all, { ...NO_FILTER, name: 'student 3' }))).toEqual(['cleo']);
});
