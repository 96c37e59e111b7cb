import { redirect } from '@sveltejs/kit';
import { deleteAccount } from '$server/auth/delete-account.ts';
import { attendanceOf } from '$server/live/attendance.ts';
import { openRoot } from '$server/root.ts';
import {
  failWith,
  requireUser,
  signInBrowser,
  signOutBrowser,
  textField,
} from '../guards.server.ts';
import { DELETED } from './answer.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
  const user = requireUser(locals.user, url);
  const root = await openRoot();
  const { db, rooms, passes, payments } = root;
  const hosts = user.role === 'instructor' || (await rooms.hostedBy(user.id)).length > 0;
  return {
    user,
    hosts,
    sessions: await attendanceOf(db, user.id),
    passUntil: await passes.validUntil(user.id),
    priced: payments !== null,
    paid: url.searchParams.has('paid'),
  };
};

export const actions: Actions = {
  signout: async ({ cookies, locals }) => {
    await signOutBrowser(await openRoot(), locals.user, cookies);
    redirect(303, '/');
  },

  redeem: async ({ request, locals, url }) => {
    const user = requireUser(locals.user, url);
    const root = await openRoot();
    const code = textField(await request.formData(), 'code');
    try {
      await root.limits.spend('classCode', user.id, 'code');
      await root.classCodes.redeem(user.id, code);
    } catch (refusal) {
      return failWith(refusal, { about: 'code', code });
    }
    return { done: 'code' as const };
  },

  password: async ({ request, cookies, locals, url }) => {
    const user = requireUser(locals.user, url);
    const root = await openRoot();
    const form = await request.formData();
    try {
      await root.limits.spend('confirm', user.id, 'current');
      await root.accounts.changePassword(
        user.id,
        textField(form, 'current'),
        textField(form, 'password'),
      );
    } catch (refusal) {
      return failWith(refusal, { about: 'password' });
    }
    root.hub.dropAccount(user.id);
    await signInBrowser(root, user, cookies, url);
    return { done: 'password' as const };
  },

  delete: async ({ request, cookies, locals, url }) => {
    const user = requireUser(locals.user, url);
    const root = await openRoot();
    const form = await request.formData();
    const seats = await root.seats.ofAccount(user.id);
    try {
      await root.limits.spend('confirm', user.id, 'confirm');
      await root.accounts.confirm(user.id, textField(form, 'confirm'), 'confirm');
      await deleteAccount(root, user.id);
    } catch (refusal) {
      return failWith(refusal, { about: 'delete' });
    }
    root.hub.dropAccount(user.id);
    root.hub.dropSeats(new Set(seats.keys()));
    await signOutBrowser(root, user, cookies);
    redirect(303, DELETED);
  },
};
