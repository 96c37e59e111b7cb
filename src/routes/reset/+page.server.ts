import { redirect } from '@sveltejs/kit';
import { openRoot } from '$server/root.ts';
import { failWith, homeOf, signInBrowser, textField } from '../guards.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ url, setHeaders }) => {
  // The address holds a secret until it is spent: it must not travel on in a Referer.
  setHeaders({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  const { accounts } = await openRoot();
  const token = url.searchParams.get('token') ?? '';
  return { token, username: await accounts.resetting(token) };
};

export const actions: Actions = {
  default: async ({ request, cookies, url, getClientAddress }) => {
    const root = await openRoot();
    const form = await request.formData();
    let user;
    try {
      await root.limits.spend('setup', getClientAddress());
      user = await root.accounts.resetPassword(
        textField(form, 'token'),
        textField(form, 'password'),
      );
      root.hub.dropAccount(user.id);
      await signInBrowser(root, user, cookies, url);
    } catch (refusal) {
      return failWith(refusal, {});
    }
    redirect(303, homeOf(user));
  },
};
