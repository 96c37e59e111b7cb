/**
 * Who may open a socket. socket.io's `cors` option does not stop another site's WebSocket, which carries
 * our cookies, so the Origin is compared with the host that was asked for.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import * as v from 'valibot';
import {
  HelloSchema,
  PROTOCOL_VERSION,
  type RefusalReason,
  type You,
} from '../../src/lib/live/protocol.ts';
import type { RateLimits } from '../auth/rate-limits.ts';
import type { AuthSessions } from '../auth/sessions.ts';
import { AUTH_COOKIE, readCookie, seatCookie } from '../http/cookies.ts';
import type { Arrivals } from './arrivals.ts';
import type { Door } from './door.ts';
import { mayHost } from './hosts.ts';
import type { Rooms } from './rooms.ts';
import type { Seats } from './seats.ts';
import type { SessionRoom } from './session-room.ts';

/** Programs that are not browsers send no Origin and hold no cookies of anybody else. */
export function isSameOrigin({ headers }: IncomingMessage, trustProxy: boolean): boolean {
  if (headers.origin === undefined) return true;
  const asked = (trustProxy && lastOf(headers['x-forwarded-host'])) || headers.host;
  return URL.canParse(headers.origin) && new URL(headers.origin).host === asked;
}

/** Where a request came from; behind a proxy, what the proxy itself saw. */
export function addressOf(
  { headers, address }: { headers: IncomingHttpHeaders; address: string },
  trustProxy: boolean,
): string {
  return (trustProxy && lastOf(headers['x-forwarded-for'])) || address;
}

/** The proxy next to us appends; whatever stands before was sent to it. */
const lastOf = (header: string | string[] | undefined): string | undefined =>
  [header].flat().at(-1)?.split(',').at(-1)?.trim();

export interface Admission {
  room: SessionRoom;
  you: You;
  lastSeq: number;
  /** The account by whose sign-in the screen was let in; null for a seat. */
  accountId: string | null;
}

export interface Doorkeeping {
  rooms: Rooms;
  seats: Seats;
  sessions: AuthSessions;
  limits: RateLimits;
  door: Door;
  arrivals: Arrivals;
}

/**
 * @param auth what the screen says about itself; @param cookies its `Cookie` header
 * @throws {Refusal} 429 when its address has named too many codes of no session
 */
export async function admit(
  { rooms, seats, sessions, limits }: Doorkeeping,
  auth: unknown,
  cookies: string | undefined,
  address: string,
): Promise<Admission | RefusalReason> {
  const hello = v.safeParse(HelloSchema, auth);
  if (!hello.success) return 'malformed';
  const { protocol, code, role, lastSeq } = hello.output;
  if (protocol < PROTOCOL_VERSION) return 'client-too-old';
  if (protocol > PROTOCOL_VERSION) return 'server-too-old';
  const room = await rooms.byCode(code);
  if (!room) {
    await limits.spend('unknownCode', address);
    return 'unknown-session';
  }
  const id = readCookie(cookies, AUTH_COOKIE);
  const user = id ? (await sessions.validate(id))?.user : null;
  if (role === 'participant') {
    const token = readCookie(cookies, seatCookie(code));
    const participant = await seats.seat(room, token, user?.id ?? null);
    if (participant?.neverConnected) return 'not-a-participant';
    if (participant?.removedAt !== undefined) return 'seat-closed';
    return participant
      ? { room, you: { role, participant }, lastSeq, accountId: null }
      : 'not-a-participant';
  }
  if (!user || !mayHost(room, user.id)) return 'not-the-host';
  const accountId = user.id;
  if (role === 'screen') return { room, you: { role }, lastSeq, accountId };
  const owner = { id: room.meta.hostId, name: room.meta.hostName };
  const host = { id: user.id, name: user.username };
  return { room, you: { role, host, owner }, lastSeq, accountId };
}
