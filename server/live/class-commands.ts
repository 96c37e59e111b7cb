/** What a host does to a class at work. Each command carries a request id; a repeat changes nothing. */
import { lockProblem, type Knob, type KnobLock } from '../../src/lib/live/locks.ts';
import {
  runningRound,
  type Round,
  type SessionEvent,
  type SessionState,
} from '../../src/lib/live/session.ts';
import { refuseEnded, refuseReuse } from './host-commands.ts';
import { Refusal } from '../refusal.ts';
import type { Change, SessionRoom } from './session-room.ts';

interface Request {
  requestId: string;
}
type Command = (room: SessionRoom, request: Request, now: () => number) => Promise<undefined>;

/**
 * Does a request once.
 * @param type of the event it causes @param decide throws a Refusal to change nothing; null when it is so already
 */
export function once(
  room: SessionRoom,
  requestId: string,
  type: SessionEvent['type'],
  decide: (
    state: SessionState,
  ) => { event: SessionEvent; write?: Change<undefined>['write'] } | null,
): Promise<undefined> {
  return room.change(async (state) => {
    const repeated = await room.eventOf(requestId);
    if (repeated?.type === type) return { events: [], value: undefined };
    refuseReuse(repeated !== null);
    refuseEnded(state);
    const decided = decide(state);
    if (!decided) return { events: [], value: undefined };
    const { event, write } = decided;
    return { events: [event], requestId, ...(write ? { write } : {}), value: undefined };
  });
}

/** Asks for everybody's eyes: **Run** and **Submit** are held, and the time of the round stands still. */
export const pauseClass: Command = (room, { requestId }, now) =>
  once(room, requestId, 'class:paused', ({ pausedAt }) =>
    pausedAt === null ? { event: { type: 'class:paused', at: now() } } : null,
  );

export const resumeClass: Command = (room, { requestId }, now) =>
  once(room, requestId, 'class:resumed', ({ pausedAt }) =>
    pausedAt === null ? null : { event: { type: 'class:resumed', at: now() } },
  );

/** Puts the end of the running round off; one without an end time gets one. */
export const extendRound = (
  room: SessionRoom,
  { requestId, minutes }: Request & { minutes: number },
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'round:extended', (state) => {
    const { id } = needRound(state);
    return { event: { type: 'round:extended', at: now(), roundId: id, minutes } };
  });

/** Sets a knob of every student's recipe, from the next run on. */
export const lockKnob = (
  room: SessionRoom,
  { requestId, lock }: Request & { lock: KnobLock },
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'knob:locked', (state) => {
    const { id, challenge, locks } = needRound(state);
    const problem = lockProblem(challenge, locks, lock);
    if (problem) throw new Refusal(422, problem, 'lock.value');
    // The same lock again would bind runs that it did not bind before.
    if (locks[lock.knob]?.value === lock.value) return null;
    return { event: { type: 'knob:locked', at: now(), roundId: id, lock } };
  });

export const unlockKnob = (
  room: SessionRoom,
  { requestId, knob }: Request & { knob: Knob },
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'knob:unlocked', (state) => {
    const { id, locks } = needRound(state);
    return locks[knob] ? { event: { type: 'knob:unlocked', at: now(), roundId: id, knob } } : null;
  });

function needRound(state: SessionState): Round {
  const round = runningRound(state);
  if (!round) throw new Refusal(409, 'No round is running.');
  return round;
}
