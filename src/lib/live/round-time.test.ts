import { describe, expect, it } from 'vitest';
import { defaultChallenge } from './challenge.ts';
import { formatTimeLeft, timeLeft } from './round-time.ts';
import { initialSession, reduceSession, type SessionEvent, type SessionState } from './session.ts';

const MINUTE = 60_000;
const round = (startedAt: number, endsAt: number | null) => ({
  id: 'r1',
  number: 1,
  challenge: defaultChallenge(),
  startedAt,
  endedAt: null,
  endsAt,
});
const start = (at: number, endsAt: number | null): SessionEvent => ({
  type: 'round:started',
  at,
  round: round(at, endsAt),
});
const play = (...events: SessionEvent[]): SessionState =>
  events.reduce(
    (state, event) => reduceSession(state, { seq: state.seq + 1, event }),
    initialSession('ABC234', 'Class'),
  );

describe('S-16: the time of a round', () => {
  it('runs down to nothing, and is none without an end or a running round', () => {
    expect(timeLeft(initialSession('ABC234', 'Class'), 0)).toBeNull();
    expect(timeLeft(play(start(0, null)), 0)).toBeNull();
    const state = play(start(0, 5 * MINUTE));
    expect(timeLeft(state, 2 * MINUTE)).toBe(3 * MINUTE);
    expect(timeLeft(state, 9 * MINUTE)).toBe(0);
    const ended = play(start(0, 5 * MINUTE), { type: 'round:ended', at: MINUTE, roundId: 'r1' });
    expect(timeLeft(ended, 2 * MINUTE)).toBeNull();
  });

  it('stands still in a pause, also in one that began before the round', () => {
    const paused: SessionEvent = { type: 'class:paused', at: 2 * MINUTE };
    const resumed: SessionEvent = { type: 'class:resumed', at: 12 * MINUTE };
    const held = play(start(0, 5 * MINUTE), paused);
    expect(timeLeft(held, 100 * MINUTE)).toBe(3 * MINUTE);
    const goesOn = play(start(0, 5 * MINUTE), paused, resumed);
    expect(timeLeft(goesOn, 13 * MINUTE)).toBe(2 * MINUTE);

    const begun = play(paused, start(4 * MINUTE, 9 * MINUTE));
    expect(timeLeft(begun, 8 * MINUTE)).toBe(5 * MINUTE);
    expect(timeLeft(play(paused, start(4 * MINUTE, 9 * MINUTE), resumed), 12 * MINUTE)).toBe(
      5 * MINUTE,
    );
  });

  it('is extended from its end, or begins with the extension', () => {
    const more: SessionEvent = {
      type: 'round:extended',
      at: 3 * MINUTE,
      roundId: 'r1',
      minutes: 5,
    };
    expect(timeLeft(play(start(0, 5 * MINUTE), more), 3 * MINUTE)).toBe(7 * MINUTE);
    expect(timeLeft(play(start(0, null), more), 4 * MINUTE)).toBe(4 * MINUTE);
    const paused: SessionEvent = { type: 'class:paused', at: 2 * MINUTE };
    expect(timeLeft(play(start(0, null), paused, more), 90 * MINUTE)).toBe(5 * MINUTE);
  });

  it('is written in minutes and seconds', () => {
    expect([0, 1, 999, 1001, 61_000, 3_600_000, 3_845_000].map(formatTimeLeft)).toEqual([
      '0:00',
      '0:01',
      '0:01',
      '0:02',
      '1:01',
      '1:00:00',
      '1:04:05',
    ]);
  });
});
