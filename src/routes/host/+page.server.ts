import { error, redirect } from '@sveltejs/kit';
import { mayHost } from '$server/live/hosts.ts';
import { Refusal } from '$server/refusal.ts';
import { openRoot } from '$server/root.ts';
import * as v from 'valibot';
import {
  failWith,
  requireInstructor,
  requireUser,
  roomOrError,
  textField,
} from '../guards.server.ts';
import { chosenPlan, planChoices, requestIdOf } from './plan-choices.server.ts';
import type { Actions, PageServerLoad } from './$types';

const TitleSchema = v.pipe(
  v.string(),
  v.trim(),
  v.transform((title) => title.slice(0, 80)),
);

export const load: PageServerLoad = async ({ locals, url }) => {
  const { id, role } = requireUser(locals.user, url);
  const root = await openRoot();
  const sessions = await root.rooms.hostedBy(id);
  // Who helps to host finds the way back here, whatever their account is; only instructors create.
  if (sessions.length === 0) requireInstructor(locals.user, url);
  return { sessions, plans: role === 'instructor' ? await planChoices(root, id) : null };
};

export const actions: Actions = {
  create: async ({ request, locals, url }) => {
    const user = requireInstructor(locals.user, url);
    const form = await request.formData();
    const title = v.parse(TitleSchema, textField(form, 'title'));
    const choice = textField(form, 'plan');
    const root = await openRoot();
    let code;
    try {
      const chosen = choice === '' ? null : await chosenPlan(root, user.id, choice);
      const named = title || chosen?.title || 'Fine-tuning together';
      ({ code } = await root.rooms.create(user.id, named, requestIdOf(form), chosen?.plan));
    } catch (refusal) {
      return failWith(refusal, { title });
    }
    redirect(303, `/host/${code}`);
  },

  /** Of the session with this `code`. */
  rehearse: async ({ request, locals, url, getClientAddress }) => {
    const user = requireInstructor(locals.user, url);
    const form = await request.formData();
    const { root, room } = await roomOrError(textField(form, 'code'), getClientAddress);
    if (!mayHost(room, user.id)) error(403, 'Another instructor hosts this session.');
    const { title, rehearsal } = room.meta;
    let code;
    try {
      if (rehearsal) throw new Refusal(409, 'This is a rehearsal already.');
      if (room.state.phase !== 'lobby')
        throw new Refusal(409, 'This session has begun. Rehearse one in its lobby, or a plan.');
      const script = { title, plan: room.state.plan, code: room.meta.code };
      code = await root.rehearsals.begin(user.id, script);
    } catch (refusal) {
      return failWith(refusal, { title: '' });
    }
    redirect(303, `/host/${code}`);
  },

  endRehearsal: async ({ request, locals, url }) => {
    const user = requireInstructor(locals.user, url);
    const form = await request.formData();
    const { rehearsals } = await openRoot();
    let back;
    try {
      back = await rehearsals.end(user.id, textField(form, 'code'));
    } catch (refusal) {
      return failWith(refusal, { title: '' });
    }
    redirect(303, back);
  },
};
