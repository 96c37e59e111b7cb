/** What a host can do to a session. Each command carries a request id; a repeat gets the first answer again. */
import { and, eq, isNull } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import type { Challenge } from '../../src/lib/live/challenge.ts';
import { activityById } from '../../src/lib/live/activities.ts';
import {
  runningRound,
  wholeRound,
  type Round,
  type SessionState,
} from '../../src/lib/live/session.ts';
import type { Sweep } from '../../src/lib/live/sweep.ts';
import { timeLeft } from '../../src/lib/live/round-time.ts';
import { findBase, findTask } from '../catalogue.ts';
import type { Transaction } from '../db/index.ts';
import { liveSessions, rounds } from '../db/schema.ts';
import { Refusal } from '../refusal.ts';
import type { SessionRoom } from './session-room.ts';

interface RoundRequest {
  requestId: string;
  challenge: Challenge;
  minutes?: number | null;
  /** The activity of the plan that it is of. */
  activityId?: string | null;
  /** The grid that its challenge is of. */
  sweep?: Sweep | null;
}

export async function startRound(
  room: SessionRoom,
  { requestId, challenge, minutes = null, activityId = null, sweep = null }: RoundRequest,
  now: () => number,
): Promise<Round> {
  await refuseUnknown(challenge);
  return room.change<Round>(async (state) => {
    const repeated = await room.eventOf(requestId);
    if (repeated?.type === 'round:started')
      return { events: [], value: wholeRound(repeated.round) };
    refuseReuse(repeated !== null);
    refuseEnded(state);
    if (state.phase === 'round') throw new Refusal(409, 'A round is running. End it first.');
    if (activityId !== null && !activityById(state, activityId))
      throw new Refusal(422, 'The plan has no such activity.', 'activityId');
    const at = now();
    const round = wholeRound({
      id: randomUUID(),
      number: state.rounds.length + 1,
      challenge,
      startedAt: at,
      endedAt: null,
      endsAt: minutes === null ? null : at + minutes * 60_000,
      activityId,
      sweep,
    });
    return {
      events: [{ type: 'round:started', at, round }],
      requestId,
      write: async (tx) => {
        await tx.insert(rounds).values({
          id: round.id,
          sessionId: room.meta.id,
          number: round.number,
          challenge,
          startedAt: new Date(at),
        });
      },
      value: round,
    };
  });
}

export function endRound(
  room: SessionRoom,
  { requestId }: { requestId: string },
  now: () => number,
): Promise<undefined> {
  return room.change(async (state) => {
    const repeated = await room.eventOf(requestId);
    if (repeated?.type === 'round:ended') return { events: [], value: undefined };
    refuseReuse(repeated !== null);
    const round = runningRound(state);
    if (!round) throw new Refusal(409, 'No round is running.');
    const at = now();
    return {
      events: [{ type: 'round:ended', at, roundId: round.id }],
      requestId,
      write: (tx) => closeRounds(tx, room.meta.id, at),
      value: undefined,
    };
  });
}

/** Ends the round whose time is over; the event says when that was seen, so that nobody's grace is shorter. */
export function endDueRound(room: SessionRoom, now: () => number): Promise<undefined> {
  return room.change((state) => {
    const at = now();
    const round = runningRound(state);
    if (!round || timeLeft(state, at) !== 0) return { events: [], value: undefined };
    return {
      events: [{ type: 'round:ended', at, roundId: round.id }],
      write: (tx) => closeRounds(tx, room.meta.id, at),
      value: undefined,
    };
  });
}

/** Ends the session, and the round that is running. */
export function endSession(
  room: SessionRoom,
  { requestId }: { requestId: string },
  now: () => number,
): Promise<undefined> {
  return room.change((state) => {
    if (state.phase === 'ended') return { events: [], value: undefined };
    const at = now();
    const round = runningRound(state);
    return {
      events: [
        ...(round ? [{ type: 'round:ended' as const, at, roundId: round.id }] : []),
        { type: 'session:ended', at },
      ],
      requestId,
      write: async (tx) => {
        await closeRounds(tx, room.meta.id, at);
        await tx
          .update(liveSessions)
          .set({ endedAt: new Date(at) })
          .where(eq(liveSessions.id, room.meta.id));
      },
      value: undefined,
    };
  });
}

/** A round that nobody could submit to would be found out only by the class. */
async function refuseUnknown({ task, base }: Challenge): Promise<void> {
  if (!(await findTask(task)))
    throw new Refusal(422, `This server has no task called ${task}.`, 'challenge.task');
  if (!(await findBase(base)))
    throw new Refusal(422, `This server has no base model called ${base}.`, 'challenge.base');
}

export async function closeRounds(tx: Transaction, sessionId: string, at: number): Promise<void> {
  await tx
    .update(rounds)
    .set({ endedAt: new Date(at) })
    .where(and(eq(rounds.sessionId, sessionId), isNull(rounds.endedAt)));
}

export function refuseReuse(used: boolean): void {
  if (used) throw new Refusal(409, 'This requestId was used for another request.', 'requestId');
}

export function refuseEnded(state: SessionState): void {
  if (state.phase === 'ended') throw new Refusal(409, 'This session has ended.');
}
