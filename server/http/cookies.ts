/** Names and lifetimes of our cookies. All are HttpOnly and SameSite=Lax, and Secure whenever the page came by https. */

export const AUTH_COOKIE = 'rankroom_session';

const SEAT_PREFIX = 'rankroom_seat_';

/** One seat per session code, so that a browser can sit in two sessions. */
export const seatCookie = (code: string): string => `${SEAT_PREFIX}${code}`;
/** The session's code of a seat cookie's name; null for another cookie. */
export const codeOfSeat = (name: string): string | null =>
  isSeatCookie(name) ? name.slice(SEAT_PREFIX.length) : null;
export const isSeatCookie = (name: string): boolean => name.startsWith(SEAT_PREFIX);

export const SEAT_SECONDS = 30 * 86_400;

export const cookieOptions = (url: URL) => ({
  path: '/',
  httpOnly: true,
  sameSite: 'lax' as const,
  secure: url.protocol === 'https:',
});

/** Reads a `Cookie` header; sockets have no Kit to do it. Our values need no decoding. */
export function readCookie(header: string | undefined, name: string): string | null {
  for (const pair of header?.split(';') ?? []) {
    const [key, value] = pair.trim().split('=');
    if (key === name && value) return value;
  }
  return null;
}
