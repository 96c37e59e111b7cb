/** What several routes ask before they answer: which room, whose seat, which user; and how a refusal becomes a form error. */
import { error, fail, redirect, type Cookies } from '@sveltejs/kit';
import { CodeSchema } from '$lib/live/protocol.ts';
import type { Participant } from '$lib/live/session.ts';
import type { SignedInUser } from '$server/auth/sessions.ts';
import { AUTH_COOKIE, cookieOptions, seatCookie } from '$server/http/cookies.ts';
import type { SessionRoom } from '$server/live/session-room.ts';
import { isRefusal } from '$server/refusal.ts';
import { openRoot, type Root } from '$server/root.ts';
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

/** Whose seat this browser holds in the room. */
export function seatIn(
  root: Root,
  room: SessionRoom,
  cookies: Cookies,
): Promise<Participant | null> {
  return root.seats.holder(room, cookies.get(seatCookie(room.meta.code)) ?? null);
}

/** Whether this browser's seat in the room is one that the host has closed. */
export async function seatIsClosed(
  root: Root,
  room: SessionRoom,
  cookies: Cookies,
): Promise<boolean> {
  const seat = await root.seats.seat(room, cookies.get(seatCookie(room.meta.code)) ?? null);
  return seat?.removedAt !== undefined;
}

export function requireInstructor(user: SignedInUser | null, url: URL): SignedInUser {
  if (user?.role !== 'instructor') redirect(303, `/login?next=${encodeURIComponent(url.pathname)}`);
  return user;
}

/** A page only the host of the session may see. */
export async function hostedRoom(
  typedCode: string,
  user: SignedInUser | null,
  url: URL,
  getClientAddress: () => string,
): Promise<SessionRoom> {
  const instructor = requireInstructor(user, url);
  const { room } = await roomOrError(typedCode, getClientAddress);
  if (room.meta.hostId !== instructor.id) error(403, 'Another instructor hosts this session.');
  return room;
}

/** Where to go after signing in: a path of this site, whatever the parameter says. */
export function safeNext(next: unknown, otherwise: string): string {
  // Control characters are dropped when an address is parsed: "/\t/elsewhere" would leave this site.
  return typeof next === 'string' && /^\/(?![/\\])[\x20-\x7e]*$/.test(next) ? next : otherwise;
}

export async function signInBrowser(
  root: Root,
  user: SignedInUser,
  cookies: Cookies,
  url: URL,
): Promise<void> {
  const session = await root.sessions.create(user.id);
  cookies.set(AUTH_COOKIE, session.id, { ...cookieOptions(url), expires: session.expiresAt });
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
