import { redirect } from '@sveltejs/kit';
import { openRoot } from '$server/root.ts';
import { failWith, signInBrowser, textField } from '../guards.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ url, setHeaders }) => {
  // The address holds a secret until it is spent: it must not travel on in a Referer.
  setHeaders({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  const { accounts } = await openRoot();
  const token = url.searchParams.get('token') ?? '';
  return { token, valid: await accounts.isSetupTokenValid(token) };
};

export const actions: Actions = {
  default: async ({ request, cookies, url, getClientAddress }) => {
    const root = await openRoot();
    const form = await request.formData();
    const username = textField(form, 'username');
    const password = textField(form, 'password');
    try {
      await root.limits.spend('setup', getClientAddress());
      const user = await root.accounts.setUpInstructor(textField(form, 'token'), {
        username,
        password,
      });
      await signInBrowser(root, user, cookies, url);
    } catch (refusal) {
      return failWith(refusal, { username });
    }
    redirect(303, '/host');
  },
};
