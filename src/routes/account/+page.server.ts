import { redirect } from '@sveltejs/kit';
import { AUTH_COOKIE } from '$server/http/cookies.ts';
import { openRoot } from '$server/root.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) => {
  if (!locals.user) redirect(303, '/login?next=/account');
  return { user: locals.user };
};

export const actions: Actions = {
  signout: async ({ cookies }) => {
    const id = cookies.get(AUTH_COOKIE);
    const { sessions } = await openRoot();
    if (id) await sessions.invalidate(id);
    cookies.delete(AUTH_COOKIE, { path: '/' });
    redirect(303, '/');
  },
};
