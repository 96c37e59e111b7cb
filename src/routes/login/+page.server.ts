import { fail, redirect } from '@sveltejs/kit';
import { usernameKey } from '$server/auth/find-user.ts';
import { openRoot } from '$server/root.ts';
import {
  claimSeats,
  failWith,
  guestSeats,
  homeOf,
  leaveSignedIn,
  safeNext,
  signInBrowser,
  textField,
} from '../guards.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ url, locals, cookies }) => {
  const next = url.searchParams.get('next');
  leaveSignedIn(locals.user, next);
  return {
    // Empty: where somebody goes who wants nothing else is known once they are signed in.
    next: safeNext(next, ''),
    seats: await guestSeats(await openRoot(), cookies),
  };
};

export const actions: Actions = {
  default: async ({ request, cookies, url, getClientAddress }) => {
    const root = await openRoot();
    const form = await request.formData();
    const username = textField(form, 'username');
    const address = getClientAddress();
    let user;
    try {
      await root.limits.spend('loginAddress', address);
      await root.limits.spend('login', `${address} ${usernameKey(username).slice(0, 64)}`);
      user = await root.accounts.signIn(username, textField(form, 'password'));
    } catch (refusal) {
      return failWith(refusal, { username });
    }
    if (!user)
      return fail(400, { message: 'Username and password do not match an account.', username });
    await signInBrowser(root, user, cookies, url);
    await claimSeats(root, user, cookies, form.getAll('not-mine'));
    redirect(303, safeNext(form.get('next'), homeOf(user)));
  },
};
