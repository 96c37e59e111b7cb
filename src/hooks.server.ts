/** Around every request that reaches Kit: who is signed in, and what an unexpected error tells. */
import { building } from '$app/environment';
import { compressPage } from '$server/http/compress.ts';
import { AUTH_COOKIE, cookieOptions } from '$server/http/cookies.ts';
import { textFirst } from '$server/http/text-first.ts';
import { openRoot } from '$server/root.ts';
import { randomUUID } from 'node:crypto';
import type { Handle, HandleServerError, ServerInit } from '@sveltejs/kit';

/** Routes whose pages hold nothing that a stranger may not read. */
const COMPRESSED = /^\/(?:$|courses|tools|lab)/;
/** Routes whose pages are read before they are used. */
const READ_FIRST = /^\/(?:$|courses)/;

export const init: ServerInit = async () => {
  // `vite build` runs this as well, and has no business with the database.
  if (!building) await openRoot();
};

export const handle: Handle = async ({ event, resolve }) => {
  event.locals.requestId = randomUUID();
  event.locals.user = null;
  const id = event.cookies.get(AUTH_COOKIE);
  if (id && !building) {
    const { sessions } = await openRoot();
    const valid = await sessions.validate(id);
    if (!valid) event.cookies.delete(AUTH_COOKIE, { path: '/' });
    else {
      event.locals.user = valid.user;
      if (valid.renewed)
        event.cookies.set(AUTH_COOKIE, id, {
          ...cookieOptions(event.url),
          expires: valid.renewed.expiresAt,
        });
    }
  }
  const route = event.route.id ?? '';
  const response = await resolve(event, textFirst(READ_FIRST.test(route)));
  return COMPRESSED.test(route) ? compressPage(event.request, response) : response;
};

export const handleError: HandleServerError = async ({ error, event, status, message }) => {
  if (status < 500)
    return { message: status === 404 ? 'There is no page at this address.' : message };
  const { requestId } = event.locals;
  const { log } = await openRoot();
  log.error(
    { err: error, requestId, method: event.request.method, path: event.url.pathname },
    'a request failed',
  );
  return {
    message: 'Something failed on the server. What was stored before is safe; try again.',
    requestId,
  };
};
