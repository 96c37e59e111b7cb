/** What a host does against people who should not be there, and what the server does by itself. */
import { inArray } from 'drizzle-orm';
import type { SessionEvent } from '../../src/lib/live/session.ts';
import { OPEN, type Door } from '../../src/lib/live/door.ts';
import type { Transaction } from '../db/index.ts';
import { participants } from '../db/schema.ts';
import type { Arrivals } from './arrivals.ts';
import { once } from './class-commands.ts';
import { refuseEnded, refuseReuse } from './host-commands.ts';
import { needParticipant } from './seat-commands.ts';
import type { SessionRoom } from './session-room.ts';

interface Request {
  requestId: string;
}

const GUARDED: Door = { state: 'guarded', because: 'host' };

export const changeDoor = (
  room: SessionRoom,
  { requestId, guarded }: Request & { guarded: boolean },
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'door:changed', ({ door }) =>
    (door.state === 'guarded') === guarded
      ? null
      : { event: { type: 'door:changed', at: now(), door: guarded ? GUARDED : OPEN } },
  );

/**
 * Closes a seat and guards the door. The browser is known by its cookie and cannot come back; a private window is
 * another browser, and nothing tells who is behind it, but it has to see the room's screen.
 */
export const block = (
  room: SessionRoom,
  { requestId, participantId }: Request & { participantId: string },
  now: () => number,
): Promise<undefined> =>
  room.change(async (state) => {
    const repeated = await room.eventOf(requestId);
    if (repeated?.type === 'participant:removed' || repeated?.type === 'door:changed')
      return { events: [], value: undefined };
    refuseReuse(repeated !== null);
    refuseEnded(state);
    const at = now();
    const isOpen = needParticipant(state, participantId).removedAt === undefined;
    const events: SessionEvent[] = [
      ...(isOpen ? [{ type: 'participant:removed' as const, at, participantId }] : []),
      ...(state.door.state === 'open'
        ? [{ type: 'door:changed' as const, at, door: GUARDED }]
        : []),
    ];
    return {
      events,
      requestId,
      write: (tx) => (isOpen ? closeSeats(tx, [participantId], at) : Promise.resolve()),
      value: undefined,
    };
  });

/** Closes every seat that never connected. @returns how many */
export const sweep = (
  room: SessionRoom,
  { requestId }: Request,
  now: () => number,
  arrivals: Arrivals,
): Promise<number> =>
  room.change(async (state) => {
    const repeated = await room.eventOf(requestId);
    if (repeated?.type === 'participants:removed')
      return { events: [], value: repeated.participantIds.length };
    refuseReuse(repeated !== null);
    refuseEnded(state);
    const participantIds = await arrivals.silent(room);
    if (participantIds.length === 0) return { events: [], value: 0 };
    const at = now();
    return {
      events: [{ type: 'participants:removed', at, participantIds }],
      requestId,
      write: (tx) => closeSeats(tx, participantIds, at),
      value: participantIds.length,
    };
  });

/** Nobody who is in is disturbed; the host reads why, and opens the door again. */
export const guardAgainstFlood = (
  room: SessionRoom,
  seats: number,
  now: () => number,
): Promise<undefined> =>
  room.change(({ phase, door }) => ({
    events:
      phase === 'ended' || door.state === 'guarded'
        ? []
        : [
            {
              type: 'door:changed',
              at: now(),
              door: { state: 'guarded', because: 'flood', seats },
            },
          ],
    value: undefined,
  }));

async function closeSeats(tx: Transaction, ids: string[], at: number): Promise<void> {
  await tx
    .update(participants)
    .set({ removedAt: new Date(at) })
    .where(inArray(participants.id, ids));
}
