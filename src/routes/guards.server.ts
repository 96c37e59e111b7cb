/** What several routes ask before they answer: which room, whose seat, which user; and how a refusal becomes a form error. */
import { error, fail, redirect, type Cookies } from '@sveltejs/kit';
import { CodeSchema } from '$lib/live/protocol.ts';
import type { Participant } from '$lib/live/session.ts';
import type { SignedInUser } from '$server/auth/sessions.ts';
import { AUTH_COOKIE, cookieOptions, isSeatCookie, seatCookie } from '$server/http/cookies.ts';
import { mayHost } from '$server/live/hosts.ts';
import type { GuestSeat } from '$server/live/seats.ts';
import type { SessionRoom } from '$server/live/session-room.ts';
import { isRefusal } from '$server/refusal.ts';
import { openRoot, type Root } from '$server/root.ts';
import { hashToken } from '$server/tokens.ts';
import * as v from 'valibot';

/**
 * The room of a join code as typed. Codes that name no session spend a limited allowance of their address.
 * @returns null when there is none
 * @throws {Refusal} 429
 */
export async function lookUpRoom(
  root: Root,
  typedCode: unknown,
  address: string,
): Promise<SessionRoom | null> {
  const code = v.safeParse(CodeSchema, typedCode);
  const room = code.success ? await root.rooms.byCode(code.output) : null;
  if (!room) await root.limits.spend('unknownCode', address);
  return room;
}

/** The room a page is about, or its 404 page. */
export async function roomOrError(
  typedCode: string,
  getClientAddress: () => string,
): Promise<{ root: Root; room: SessionRoom }> {
  const root = await openRoot();
  try {
    const room = await lookUpRoom(root, typedCode, getClientAddress());
    if (room) return { root, room };
  } catch (refusal) {
    if (isRefusal(refusal)) error(refusal.status, refusal.message);
    throw refusal;
  }
  error(
    404,
    `No session has the join code ${typedCode.slice(0, 12).toUpperCase()}. Check it with your instructor.`,
  );
}

/** Whose open seat this browser holds in the room, or who is signed in there. */
export const seatIn = (
  root: Root,
  room: SessionRoom,
  cookies: Cookies,
  user: SignedInUser | null,
): Promise<Participant | null> =>
  root.seats.holder(room, cookies.get(seatCookie(room.meta.code)) ?? null, user?.id);

/** Whether this browser's seat in the room is one that the host has closed. */
export async function seatIsClosed(
  root: Root,
  room: SessionRoom,
  cookies: Cookies,
  user: SignedInUser | null,
): Promise<boolean> {
  const token = cookies.get(seatCookie(room.meta.code)) ?? null;
  const seat = await root.seats.seat(room, token, user?.id);
  return seat?.removedAt !== undefined && !seat.neverConnected;
}

export function requireInstructor(signedIn: SignedInUser | null, url: URL): SignedInUser {
  const user = requireUser(signedIn, url);
  if (user.role !== 'instructor')
    error(403, 'Only instructors open this page. Sign out to use another account.');
  return user;
}

/** Who is signed in, or the page to sign in on. */
export function requireUser(user: SignedInUser | null, url: URL): SignedInUser {
  if (!user) redirect(303, `/login?next=${encodeURIComponent(url.pathname)}`);
  return user;
}

/** A page only the hosts of the session may see: its owner, and co-hosts whatever their account is. */
export async function hostedRoom(
  typedCode: string,
  user: SignedInUser | null,
  url: URL,
  getClientAddress: () => string,
): Promise<SessionRoom> {
  const { id } = requireUser(user, url);
  const { room } = await roomOrError(typedCode, getClientAddress);
  if (!mayHost(room, id)) error(403, `Only ${room.meta.hostName} and co-hosts open this page.`);
  return room;
}

/** Where to go after signing in: a path of this site, whatever the parameter says. */
export function safeNext(next: unknown, otherwise: string): string {
  // Control characters are dropped when an address is parsed: "/\t/elsewhere" would leave this site.
  return typeof next === 'string' && /^\/(?![/\\])[\x20-\x7e]*$/.test(next) ? next : otherwise;
}

/** Where somebody goes who signs in and wants nothing else. */
export const homeOf = ({ role }: SignedInUser): string =>
  role === 'instructor' ? '/host' : '/account';

/** The forms that sign somebody in are for nobody who is: what one of them would take along is not theirs. */
export function leaveSignedIn(user: SignedInUser | null, next: string | null): void {
  if (user) redirect(303, safeNext(next, homeOf(user)));
}

const seatTokens = (cookies: Cookies, leave: readonly unknown[] = []): string[] =>
  cookies
    .getAll()
    .filter(({ name }) => isSeatCookie(name))
    .filter(({ name }) => !leave.some((code) => name === seatCookie(String(code))))
    .map(({ value }) => value);

/** Seats that whoever signs in with this browser would take over. */
export const guestSeats = (root: Root, cookies: Cookies): Promise<GuestSeat[]> =>
  root.seats.guests(seatTokens(cookies));

/**
 * What this browser holds as a guest becomes the account's. Only for the forms that name these seats and ask.
 * @param leave join codes of seats that are somebody else's: a computer may be shared
 */
export const claimSeats = (
  root: Root,
  user: SignedInUser,
  cookies: Cookies,
  leave: readonly unknown[],
): Promise<void> => root.seats.claim(seatTokens(cookies, leave), user.id);

export async function signInBrowser(
  root: Root,
  user: SignedInUser,
  cookies: Cookies,
  url: URL,
): Promise<void> {
  const session = await root.sessions.create(user.id);
  cookies.set(AUTH_COOKIE, session.id, { ...cookieOptions(url), expires: session.expiresAt });
}

/**
 * Ends the sign-in of this browser, and forgets its cookie and those of the account's seats. Their pages are dropped:
 * where the account is still signed in they come back by themselves.
 */
export async function signOutBrowser(
  root: Root,
  user: SignedInUser | null,
  cookies: Cookies,
): Promise<void> {
  const id = cookies.get(AUTH_COOKIE);
  if (id) await root.sessions.invalidate(id);
  cookies.delete(AUTH_COOKIE, { path: '/' });
  if (!user) return;
  const seats = await root.seats.ofAccount(user.id);
  const hashes = new Set(seats.values());
  for (const { name, value } of cookies.getAll())
    if (isSeatCookie(name) && hashes.has(hashToken(value))) cookies.delete(name, { path: '/' });
  root.hub.dropSeats(new Set(seats.keys()));
}

/** A form field as text; a file or a missing field counts as empty. */
export function textField(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}

/** Answers a form with a refusal's sentence; anything else is a failure of ours and thrown on. */
export function failWith<T extends Record<string, string>>(refusal: unknown, typed: T) {
  if (!isRefusal(refusal)) throw refusal;
  return fail(refusal.status, { field: refusal.field ?? null, message: refusal.message, ...typed });
}
