/** A seat is a participant's place in one session, held by a cookie with a random token. */
import { and, eq, gt } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { NicknameSchema, RequestIdSchema } from '../../src/lib/live/protocol.ts';
import { seated, type Participant } from '../../src/lib/live/session.ts';
import type { Database } from '../db/index.ts';
import { participants } from '../db/schema.ts';
import { SEAT_SECONDS } from '../http/cookies.ts';
import { isRefusal, Refusal } from '../refusal.ts';
import { hashToken, newToken, tokenOf } from '../tokens.ts';
import { validate } from '../validate.ts';
import { nicknameKey, refuseOffensive, refuseTaken } from './nicknames.ts';
import type { SessionRoom } from './session-room.ts';

/** Of one session: every screen receives everybody, so a flood of guests would slow down the class. */
export const MAX_SEATS = 1000;

export const SEAT_CLOSED = 'Your instructor has closed your seat in this session.';

export class Seats {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** Whose open seat a token is, in this session. */
  async holder(room: SessionRoom, token: string | null): Promise<Participant | null> {
    const participant = await this.seat(room, token);
    return participant?.removedAt === undefined ? participant : null;
  }

  /** Whose seat a token is, open or closed. */
  async seat(room: SessionRoom, token: string | null): Promise<Participant | null> {
    if (!token) return null;
    const [row] = await this.#db
      .select({ id: participants.id })
      .from(participants)
      .where(
        and(
          eq(participants.sessionId, room.meta.id),
          eq(participants.seatHash, hashToken(token)),
          gt(participants.seatExpiresAt, new Date(this.#now())),
        ),
      );
    return (row && room.state.participants[row.id]) ?? null;
  }

  /**
   * Takes a seat; possible at any time until the session is ended.
   * @param requestId made by the browser and kept to itself: a repeat gets the same seat
   * @returns the participant and the token for its cookie
   * @throws {Refusal} with a sentence about the nickname, or because the session is full or has ended
   */
  async join(
    room: SessionRoom,
    input: unknown,
    userId: string | null,
    requestId: string | null,
  ): Promise<{ participant: Participant; token: string }> {
    let nickname: string;
    try {
      nickname = validate(NicknameSchema, input);
    } catch (error) {
      throw isRefusal(error) ? new Refusal(400, error.message, 'nickname') : error;
    }
    refuseOffensive(nickname);

    const id = randomUUID();
    const token = v.is(RequestIdSchema, requestId) ? tokenOf(requestId) : newToken();
    return room.change(async (state) => {
      const repeated = await this.seat(room, token);
      if (repeated?.removedAt !== undefined) throw new Refusal(403, SEAT_CLOSED, 'nickname');
      if (repeated) return { events: [], value: { participant: repeated, token } };
      if (state.phase === 'ended') throw new Refusal(400, 'This session has ended.', 'nickname');
      if (seated(state).length >= MAX_SEATS)
        throw new Refusal(
          400,
          `This session is full: all ${MAX_SEATS.toLocaleString('en')} seats are taken.`,
          'nickname',
        );
      // A closed seat keeps its name: it may be opened again.
      refuseTaken(nickname, Object.values(state.participants));
      const at = this.#now();
      const participant = { id, nickname, joinedAt: at };
      return {
        events: [{ type: 'participant:joined', at, participant }],
        write: async (tx) => {
          await tx.insert(participants).values({
            id,
            sessionId: room.meta.id,
            userId,
            nickname,
            nicknameKey: nicknameKey(nickname),
            seatHash: hashToken(token),
            seatExpiresAt: new Date(at + SEAT_SECONDS * 1000),
            joinedAt: new Date(at),
          });
        },
        value: { participant, token },
      };
    });
  }
}
