import { expect, it } from 'vitest';
import { newActivity, type ActivityOf } from '../plan.ts';
import { initialSession, reduceSession, type SessionEvent } from '../session.ts';
import { lostAnswers } from './lost-answers.ts';

const poll = newActivity('poll', 'p1') as ActivityOf<'poll'>;
const guess = newActivity('prediction', 'g1') as ActivityOf<'prediction'>;
const quiet = newActivity('poll', 'p2') as typeof poll;

const answer = (activityId: string, participantId: string): SessionEvent => ({
  type: 'answer:given',
  at: 3,
  activityId,
  participantId,
  answer: 1,
});
const join = (id: string): SessionEvent => ({
  type: 'participant:joined',
  at: 1,
  participant: { id, nickname: id, joinedAt: 1 },
});
const SESSION = [
  join('ada'),
  join('bob'),
  { type: 'plan:changed' as const, at: 2, plan: [poll, guess, quiet] },
  answer('p1', 'ada'),
  answer('p1', 'bob'),
  answer('g1', 'ada'),
].reduce(
  (state, event, index) => reduceSession(state, { seq: index + 1, event }),
  initialSession('ABC234', 'Class'),
);

it('S-28: says which answers a saving discards, and why', () => {
  const shorter = { ...poll, options: poll.options.slice(1), correct: 0 };
  expect(lostAnswers(SESSION, [shorter, { ...guess, max: 100 }, quiet])).toEqual({
    p1: '“Poll” is asked anew, since its options changed: 2 answers so far will go.',
    g1: '“Prediction” is asked anew, since its range or unit changed: 1 answer so far will go.',
  });
  expect(lostAnswers(SESSION, [guess])).toEqual({ p1: '“Poll” is taken out with its 2 answers.' });
});

it('S-28: is silent where no answer comes to stand for something else', () => {
  const retold = { ...poll, title: 'Now', question: 'Which?', correct: null, explanation: 'Two.' };
  const unanswered = { ...quiet, options: ['Yes', 'No'] };
  expect(lostAnswers(SESSION, [unanswered, { ...guess, truth: 0.5 }, retold])).toEqual({});
});
