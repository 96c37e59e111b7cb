import { redirect } from '@sveltejs/kit';
import { openRoot } from '$server/root.ts';
import {
  claimSeats,
  failWith,
  guestSeats,
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
    next: safeNext(next, '/account'),
    seats: await guestSeats(await openRoot(), cookies),
  };
};

export const actions: Actions = {
  default: async ({ request, cookies, url, getClientAddress }) => {
    const root = await openRoot();
    const form = await request.formData();
    const username = textField(form, 'username');
    try {
      await root.limits.spend('signup', getClientAddress());
      const user = await root.accounts.signUp({ username, password: textField(form, 'password') });
      await signInBrowser(root, user, cookies, url);
      await claimSeats(root, user, cookies, form.getAll('not-mine'));
    } catch (refusal) {
      return failWith(refusal, { username });
    }
    redirect(303, safeNext(form.get('next'), '/account'));
  },
};
