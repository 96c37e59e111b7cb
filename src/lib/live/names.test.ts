import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boardOf } from './board.ts';
import { defaultChallenge } from './challenge.ts';
import { eventsForClass, namesForHost, stateForClass } from './names.ts';
import { newActivity, type ActivityOf } from './plan.ts';
import {
  initialSession,
  reduceSession,
  standingOf,
  submissionsOf,
  type SequencedEvent,
  type SessionEvent,
  type SessionState,
} from './session.ts';

const join = (id: string): SessionEvent => ({
  type: 'participant:joined',
  at: 1,
  participant: { id, nickname: `Name of ${id}`, joinedAt: 1 },
});
const names = (hidden: boolean): SessionEvent => ({ type: 'names:changed', at: 2, hidden });
const submit = (id: string, participantId: string): SessionEvent => ({
  type: 'submission:received',
  at: 3,
  submissionId: id,
  participantId,
  roundId: 'r1',
  recipe: 'LoRA r=8',
  reportedAccuracy: 0.5,
  reportedTrainable: 10,
});
const START: SessionEvent = {
  type: 'round:started',
  at: 2,
  round: { id: 'r1', number: 1, challenge: defaultChallenge(), startedAt: 2, endedAt: null },
};
const log = (...events: SessionEvent[]): SequencedEvent[] =>
  events.map((event, index) => ({ seq: index + 1, event }));
const START_STATE = initialSession('ABC234', 'Class');
const play = (events: SequencedEvent[], from = START_STATE): SessionState =>
  events.reduce(reduceSession, from);

describe('S-19: hidden names', () => {
  const LESSON = log(
    join('ada'),
    START,
    submit('s1', 'ada'),
    names(true),
    join('bob'),
    submit('s2', 'bob'),
    { type: 'participant:renamed', at: 4, participantId: 'ada', nickname: 'Name of Ada' },
    names(false),
    join('cleo'),
    names(true),
  );

  it('are sent to nobody but the host, and come back as they were', () => {
    const state = play(LESSON);
    expect(JSON.stringify(stateForClass(state))).not.toContain('Name of');
    expect(boardOf(stateForClass(state)).map(({ nickname }) => nickname)).toEqual([
      'Student 1',
      'Student 2',
    ]);
    expect(namesForHost(state).participants['bob']?.nickname).toBe('Name of bob (Student 2)');
    const shown = play(log(...LESSON.map(({ event }) => event), names(false)));
    expect(stateForClass(shown)).toEqual(shown);
    expect(namesForHost(shown)).toBe(shown);
    expect(shown.participants['ada']?.nickname).toBe('Name of Ada');
  });

  it('leave a page with the state that it would be given now, wherever it was', () => {
    fc.assert(
      fc.property(fc.nat(LESSON.length), fc.nat(LESSON.length), (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const here = stateForClass(play(LESSON.slice(0, from)));
        const now = play(LESSON.slice(0, to));
        expect(play(eventsForClass(now, LESSON.slice(from, to)), here)).toEqual(stateForClass(now));
      }),
    );
  });

  it('are in nothing that a page catches up with while they are hidden, shown in between or not', () => {
    const hidden = LESSON.map((_, index) => index + 1).filter(
      (to) => play(LESSON.slice(0, to)).namesHidden,
    );
    for (const to of hidden)
      for (let from = 0; from < to; from++)
        expect(
          JSON.stringify(eventsForClass(play(LESSON.slice(0, to)), LESSON.slice(from, to))),
        ).not.toContain('Name of');
  });

  it('change nothing where there is nothing to hide', () => {
    const events = log(join('ada'));
    expect(eventsForClass(play(events), events)).toEqual(events);
  });
});

it('S-28: answers are nobody else’s to read, also when the plan is emptied after them', () => {
  const poll = newActivity('poll', 'p1');
  const answered = play(
    log(
      join('ada'),
      join('bob'),
      { type: 'plan:changed', at: 2, plan: [poll] },
      { type: 'answer:given', at: 3, activityId: 'p1', participantId: 'ada', answer: 2 },
    ),
  );
  for (const plan of [[poll], []]) {
    const state = { ...answered, plan };
    expect(stateForClass(state).answers).toEqual({ p1: { ada: null } });
    expect(stateForClass(state, 'bob').answers).toEqual({ p1: { ada: null } });
    expect(stateForClass(state, 'ada').answers).toEqual({ p1: { ada: 2 } });
  }
});

it('S-28: a page has the answers that it would be given now, wherever it was when questions were asked anew', () => {
  const poll = newActivity('poll', 'p1') as ActivityOf<'poll'>;
  const other = { ...poll, options: ['Yes', 'No'], correct: 0 };
  const answer = (participantId: string, value: number): SessionEvent => ({
    type: 'answer:given',
    at: 3,
    activityId: 'p1',
    participantId,
    answer: value,
  });
  const events = log(
    join('ada'),
    { type: 'plan:changed', at: 2, plan: [poll] },
    answer('ada', 2),
    { type: 'answers:revealed', at: 4, activityId: 'p1' },
    { type: 'plan:changed', at: 5, plan: [other] },
    answer('ada', 1),
    { type: 'plan:changed', at: 6, plan: [] },
    { type: 'plan:changed', at: 7, plan: [other] },
    answer('ada', 0),
    { type: 'answers:revealed', at: 8, activityId: 'p1' },
  );
  for (let from = 0; from <= events.length; from++)
    for (let to = from; to <= events.length; to++) {
      const here = stateForClass(play(events.slice(0, from)));
      const now = play(events.slice(0, to));
      const page = play(eventsForClass(now, events.slice(from, to)), here);
      expect(page).toEqual(stateForClass(now));
    }
  expect(play(events.slice(0, 8))).toMatchObject({ answers: {}, revealed: {}, planSeq: 8 });
  expect(play(events)).toMatchObject({ revealed: { p1: [0] }, askedSince: { p1: 7 } });
});

it('S-20: a rename reaches the rows that are there already', () => {
  const state = play(
    log(join('ada'), START, submit('s1', 'ada'), {
      type: 'participant:renamed',
      at: 4,
      participantId: 'ada',
      nickname: 'Grace',
    }),
  );
  expect(boardOf(state)).toMatchObject([{ nickname: 'Grace', participantId: 'ada' }]);
});

it('S-21: a removed student has no row, and has it again after the undoing', () => {
  const removed = log(join('ada'), join('bob'), START, submit('s1', 'ada'), submit('s2', 'bob'), {
    type: 'participant:removed',
    at: 4,
    participantId: 'ada',
  });
  const state = play(removed);
  expect(boardOf(state)).toMatchObject([{ nickname: 'Name of bob' }]);
  expect(submissionsOf(state, 'r1')).toHaveLength(2);
  expect(standingOf(state, 'r1')).toHaveLength(1);
  const restored: SessionEvent = { type: 'participant:restored', at: 5, participantId: 'ada' };
  expect(play([...removed, { seq: 7, event: restored }])).toEqual({
    ...play(removed.slice(0, 5)),
    seq: 7,
  });
});
