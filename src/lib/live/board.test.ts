import { describe, expect, it } from 'vitest';
import { boardOf, othersWaiting } from './board.ts';
import { defaultChallenge } from './challenge.ts';
import { initialSession, reduceSession, type SessionEvent, type SessionState } from './session.ts';

function play(...events: SessionEvent[]): SessionState {
  return events.reduce(
    (state, event, index) => reduceSession(state, { seq: index + 1, event }),
    initialSession('ABC234', 'Class'),
  );
}
const join = (id: string): SessionEvent => ({
  type: 'participant:joined',
  at: 1,
  participant: { id, nickname: id, joinedAt: 1 },
});
const start = (id: string, number: number): SessionEvent => ({
  type: 'round:started',
  at: 2,
  round: { id, number, challenge: defaultChallenge(), startedAt: 2, endedAt: null },
});
const submit = (id: string, participantId: string, roundId: string): SessionEvent => ({
  type: 'submission:received',
  at: 3,
  submissionId: id,
  participantId,
  roundId,
  recipe: 'LoRA r=8',
  reportedAccuracy: 0.9,
  reportedTrainable: 10,
});

describe('boardOf', () => {
  it('is empty in the lobby and shows the current round only', () => {
    expect(boardOf(play(join('ada')))).toEqual([]);
    const state = play(join('ada'), start('r1', 1), submit('s1', 'ada', 'r1'), start('r2', 2));
    expect(boardOf(state)).toEqual([]);
  });

  it('shows an earlier round where it is named (S-26)', () => {
    const state = play(join('ada'), start('r1', 1), submit('s1', 'ada', 'r1'), start('r2', 2));
    expect(boardOf(state, { id: 'r1' }).map(({ nickname }) => nickname)).toEqual(['ada']);
    expect(othersWaiting(state, 's1')).toBe(0);
  });

  it('ranks a verified row above a better claim', () => {
    const state = play(
      join('ada'),
      join('bob'),
      start('r1', 1),
      submit('s1', 'ada', 'r1'),
      submit('s2', 'bob', 'r1'),
      { type: 'submission:verified', at: 4, submissionId: 's2', accuracy: 0.5, trainable: 10 },
    );
    expect(boardOf(state).map(({ nickname, rank }) => [nickname, rank])).toEqual([
      ['bob', 1],
      ['ada', null],
    ]);
    expect(othersWaiting(state, 's1')).toBe(0);
    expect(othersWaiting(state, 's9')).toBe(1);
  });
});
