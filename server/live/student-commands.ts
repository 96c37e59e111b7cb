/** What a student's page asks of a session. Each command carries a request id; a repeat changes nothing. */
import { openQuestion } from '../../src/lib/live/activities.ts';
import { answers } from '../../src/lib/live/plan.ts';
import { runningRound, type SessionState } from '../../src/lib/live/session.ts';
import { nextCell } from '../../src/lib/live/sweep-results.ts';
import { Refusal } from '../refusal.ts';
import { once } from './class-commands.ts';
import { SEAT_CLOSED } from './seats.ts';
import type { SessionRoom } from './session-room.ts';

interface Request {
  requestId: string;
}

/** Answers a question, or changes the answer; possible until the answers are shown. */
export const giveAnswer = (
  room: SessionRoom,
  participantId: string,
  {
    requestId,
    activityId,
    answer,
    asked,
  }: Request & { activityId: string; answer: number; asked: number },
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'answer:given', (state) => {
    refuseClosed(state, participantId);
    const question = openQuestion(state, activityId);
    if (!question)
      throw new Refusal(
        409,
        state.revealed[activityId]
          ? 'The answers are on the screen already.'
          : 'The class is not at this question.',
      );
    if ((state.askedSince[activityId] ?? 0) !== asked)
      throw new Refusal(409, 'The question was changed. Read it again, then answer.');
    if (!answers(question, answer))
      throw new Refusal(422, 'This is not one of the answers.', 'answer');
    return state.answers[activityId]?.[participantId] === answer
      ? null
      : { event: { type: 'answer:given', at: now(), activityId, participantId, answer } };
  });

/** Agrees to have runs shown to the class, or no longer. */
export const changeSharing = (
  room: SessionRoom,
  participantId: string,
  { requestId, shares }: Request & { shares: boolean },
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'sharing:changed', (state) =>
    (state.participants[participantId]?.shares ?? false) === shares
      ? null
      : { event: { type: 'sharing:changed', at: now(), participantId, shares } },
  );

export const changeHand = (
  room: SessionRoom,
  participantId: string,
  { requestId, up }: Request & { up: boolean },
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, up ? 'hand:raised' : 'hand:lowered', (state) => {
    refuseClosed(state, participantId);
    return (state.hands[participantId] !== undefined) === up
      ? null
      : { event: { type: up ? 'hand:raised' : 'hand:lowered', at: now(), participantId } };
  });

/** @param present participants with an open page */
export const takeCell = (
  room: SessionRoom,
  participantId: string,
  { requestId }: Request,
  present: ReadonlySet<string>,
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'cell:dealt', (state) => {
    refuseClosed(state, participantId);
    const round = runningRound(state);
    const cell = round && nextCell(state, round, participantId, present);
    if (!round || cell === null) throw new Refusal(409, 'No sweep is running.');
    return round.dealt[participantId] === cell
      ? null
      : { event: { type: 'cell:dealt', at: now(), roundId: round.id, participantId, cell } };
  });

function refuseClosed(state: SessionState, participantId: string): void {
  if (state.participants[participantId]?.removedAt !== undefined)
    throw new Refusal(403, SEAT_CLOSED);
}
