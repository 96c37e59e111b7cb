/** What a host does about single students, and about their names. A repeat of a request changes nothing. */
import { eq } from 'drizzle-orm';
import { seated, type Participant, type SessionState } from '../../src/lib/live/session.ts';
import { liveSessions, participants } from '../db/schema.ts';
import { Refusal } from '../refusal.ts';
import { once } from './class-commands.ts';
import { nicknameKey } from './lookalikes.ts';
import { refuseOffensive, refuseTaken } from './nicknames.ts';
import { MAX_SEATS } from './seats.ts';
import type { SessionRoom } from './session-room.ts';

interface Seat {
  requestId: string;
  participantId: string;
}

/** The log, and every page of the host's, keeps the nicknames. */
export const changeNames = (
  room: SessionRoom,
  { requestId, hidden }: { requestId: string; hidden: boolean },
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'names:changed', ({ namesHidden }) =>
    namesHidden === hidden
      ? null
      : {
          event: { type: 'names:changed', at: now(), hidden },
          write: async (tx) => {
            await tx
              .update(liveSessions)
              .set({ namesHidden: hidden })
              .where(eq(liveSessions.id, room.meta.id));
          },
        },
  );

export const rename = (
  room: SessionRoom,
  { requestId, participantId, nickname }: Seat & { nickname: string },
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'participant:renamed', (state) => {
    const participant = needParticipant(state, participantId);
    if (participant.nickname === nickname) return null;
    refuseOffensive(nickname);
    refuseTaken(
      nickname,
      Object.values(state.participants).filter(({ id }) => id !== participantId),
    );
    return {
      event: { type: 'participant:renamed', at: now(), participantId, nickname },
      write: async (tx) => {
        await tx
          .update(participants)
          .set({ nickname, nicknameKey: nicknameKey(nickname) })
          .where(eq(participants.id, participantId));
      },
    };
  });

/** Closes a seat: its rows leave the boards, and its browser cannot join again. */
export const remove = (
  room: SessionRoom,
  { requestId, participantId }: Seat,
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'participant:removed', (state) => {
    if (needParticipant(state, participantId).removedAt !== undefined) return null;
    const at = now();
    return {
      event: { type: 'participant:removed', at, participantId },
      write: async (tx) => {
        await tx
          .update(participants)
          .set({ removedAt: new Date(at) })
          .where(eq(participants.id, participantId));
      },
    };
  });

export const restore = (
  room: SessionRoom,
  { requestId, participantId }: Seat,
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'participant:restored', (state) => {
    if (needParticipant(state, participantId).removedAt === undefined) return null;
    if (seated(state).length >= MAX_SEATS)
      throw new Refusal(409, 'This session is full. Remove somebody else first.');
    return {
      event: { type: 'participant:restored', at: now(), participantId },
      write: async (tx) => {
        await tx
          .update(participants)
          .set({ removedAt: null })
          .where(eq(participants.id, participantId));
      },
    };
  });

/** Takes a raised hand down: it was seen. */
export const lowerHand = (
  room: SessionRoom,
  { requestId, participantId }: Seat,
  now: () => number,
): Promise<undefined> =>
  once(room, requestId, 'hand:lowered', (state) =>
    state.hands[participantId] === undefined
      ? null
      : { event: { type: 'hand:lowered', at: now(), participantId } },
  );

export function needParticipant(state: SessionState, id: string): Participant {
  const participant = state.participants[id];
  if (!participant) throw new Refusal(404, 'This session has no such student.', 'participantId');
  return participant;
}
