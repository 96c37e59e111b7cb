/** A seat is a participant's place in one session, held by a cookie with a random token. */
import { and, desc, eq, gt, inArray, isNotNull, isNull } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { NicknameSchema, RequestIdSchema } from '../../src/lib/live/protocol.ts';
import { seated, type Participant } from '../../src/lib/live/session.ts';
import type { Database } from '../db/index.ts';
import { liveSessions, participants } from '../db/schema.ts';
import { SEAT_SECONDS } from '../http/cookies.ts';
import { isRefusal, Refusal } from '../refusal.ts';
import { hashToken, newToken, tokenOf } from '../tokens.ts';
import { validate } from '../validate.ts';
import { nicknameKey } from './lookalikes.ts';
import { refuseOffensive, refuseTaken } from './nicknames.ts';
import type { SessionRoom } from './session-room.ts';

/** Of one session: every screen receives everybody, so a flood of guests would slow down the class. */
export const MAX_SEATS = 1000;

export const SEAT_CLOSED = 'Your instructor has closed your seat in this session.';

export interface GuestSeat {
  code: string;
  title: string;
  nickname: string;
}

export class Seats {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** Whose open seat it is, in this session. Parameters are those of `seat`. */
  async holder(
    room: SessionRoom,
    token: string | null,
    userId: string | null = null,
  ): Promise<Participant | null> {
    const participant = await this.seat(room, token, userId);
    return participant?.removedAt === undefined ? participant : null;
  }

  /**
   * Whose seat it is, open or closed. A guest's is the browser's that has its token; an account's is there where the
   * account is signed in, with its token or without.
   * @param userId who is signed in
   */
  async seat(
    room: SessionRoom,
    token: string | null,
    userId: string | null = null,
  ): Promise<Participant | null> {
    const row = await this.#ofToken(room, token);
    const isOwn = userId !== null && row?.userId === userId;
    const own = isOwn || userId === null ? null : await this.#ofAccount(room, userId);
    const id = own ?? (isOwn || !row?.userId ? row?.id : undefined);
    return (id && room.state.participants[id]) || null;
  }

  async #ofToken(room: SessionRoom, token: string | null) {
    if (!token) return null;
    const [row] = await this.#db
      .select({ id: participants.id, userId: participants.userId })
      .from(participants)
      .where(
        and(
          eq(participants.sessionId, room.meta.id),
          eq(participants.seatHash, hashToken(token)),
          gt(participants.seatExpiresAt, new Date(this.#now())),
        ),
      );
    return row ?? null;
  }

  /** Its open seat, the latest where it has joined in two browsers. */
  async #ofAccount(room: SessionRoom, userId: string): Promise<string | null> {
    const [row] = await this.#db
      .select({ id: participants.id })
      .from(participants)
      .where(
        and(
          eq(participants.sessionId, room.meta.id),
          eq(participants.userId, userId),
          isNull(participants.removedAt),
        ),
      )
      .orderBy(desc(participants.joinedAt))
      .limit(1);
    return row?.id ?? null;
  }

  /** Every seat of an account. @returns ids of participants, with the hash of their tokens */
  async ofAccount(userId: string): Promise<Map<string, string>> {
    const rows = await this.#db
      .select({ id: participants.id, hash: participants.seatHash })
      .from(participants)
      .where(eq(participants.userId, userId));
    return new Map(rows.map(({ id, hash }) => [id, hash]));
  }

  /** Whether a request has got its seat before, so that answering it again lets nobody in. */
  async isRepeat(room: SessionRoom, requestId: string | null): Promise<boolean> {
    if (!v.is(RequestIdSchema, requestId)) return false;
    const row = await this.#ofToken(room, tokenOf(requestId));
    return row !== null && room.state.participants[row.id]?.removedAt === undefined;
  }

  /** The open seats that these tokens hold and no account has. */
  async guests(tokens: readonly string[]): Promise<GuestSeat[]> {
    if (tokens.length === 0) return [];
    return this.#db
      .select({
        code: liveSessions.code,
        title: liveSessions.title,
        nickname: participants.nickname,
      })
      .from(participants)
      .innerJoin(liveSessions, eq(participants.sessionId, liveSessions.id))
      .where(this.#claimable(tokens));
  }

  /** Gives them to an account; a seat that is somebody's already stays theirs. */
  async claim(tokens: readonly string[], userId: string): Promise<void> {
    if (tokens.length === 0) return;
    await this.#db.update(participants).set({ userId }).where(this.#claimable(tokens));
  }

  #claimable(tokens: readonly string[]) {
    return and(
      inArray(participants.seatHash, tokens.map(hashToken)),
      gt(participants.seatExpiresAt, new Date(this.#now())),
      isNull(participants.userId),
      isNull(participants.removedAt),
    );
  }

  /**
   * Takes a seat; possible at any time until the session is ended.
   * @param requestId made by the browser and kept to itself: a repeat gets the same seat
   * @param held the browser's token; a seat that was closed because it never connected is opened again
   * @returns the participant and the token for its cookie
   * @throws {Refusal} with a sentence about the nickname, or because the session is full or has ended
   */
  async join(
    room: SessionRoom,
    input: unknown,
    userId: string | null,
    requestId: string | null,
    held: string | null = null,
  ): Promise<{ participant: Participant; token: string }> {
    let nickname: string;
    try {
      nickname = validate(NicknameSchema, input);
    } catch (error) {
      throw isRefusal(error) ? new Refusal(400, error.message, 'nickname') : error;
    }
    refuseOffensive(nickname);

    const id = randomUUID();
    const kept = (await this.seat(room, held, userId))?.neverConnected ? held : null;
    const token = kept ?? (v.is(RequestIdSchema, requestId) ? tokenOf(requestId) : newToken());
    return room.change(async (state) => {
      const row = await this.#ofToken(room, token);
      const known = row && room.state.participants[row.id];
      if (known && known.removedAt === undefined)
        return { events: [], value: { participant: known, token } };
      if ((known && !known.neverConnected) || (await this.#isBlocked(room, userId)))
        throw new Refusal(403, SEAT_CLOSED, 'nickname');
      if (state.phase === 'ended') throw new Refusal(400, 'This session has ended.', 'nickname');
      if (seated(state).length >= MAX_SEATS)
        throw new Refusal(
          400,
          `This session is full: all ${MAX_SEATS.toLocaleString('en')} seats are taken.`,
          'nickname',
        );
      const at = this.#now();
      if (known)
        return {
          events: [{ type: 'participant:restored', at, participantId: known.id }],
          write: async (tx) => {
            await tx
              .update(participants)
              .set({ removedAt: null })
              .where(eq(participants.id, known.id));
          },
          value: {
            participant: { id: known.id, nickname: known.nickname, joinedAt: known.joinedAt },
            token,
          },
        };
      // A closed seat keeps its name: it may be opened again.
      refuseTaken(nickname, Object.values(state.participants));
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

  /** Whether the host has closed a seat of this account in the room. */
  async #isBlocked(room: SessionRoom, userId: string | null): Promise<boolean> {
    if (!userId) return false;
    const closed = await this.#db
      .select({ id: participants.id })
      .from(participants)
      .where(
        and(
          eq(participants.sessionId, room.meta.id),
          eq(participants.userId, userId),
          isNotNull(participants.removedAt),
        ),
      );
    return closed.some(({ id }) => !room.state.participants[id]?.neverConnected);
  }
}
