import { error, redirect } from '@sveltejs/kit';
import { Refusal } from '$server/refusal.ts';
import { openRoot } from '$server/root.ts';
import { randomUUID } from 'node:crypto';
import { RequestIdSchema } from '$lib/live/protocol.ts';
import * as v from 'valibot';
import { failWith, requireInstructor, textField } from '../../../guards.server.ts';
import { requestIdOf } from '../../plan-choices.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, locals, url }) => {
  const user = requireInstructor(locals.user, url);
  const { plans } = await openRoot();
  const saved = await plans.find(user.id, params.id);
  return { saved: saved ?? error(404, 'You have no such plan.') };
};

/** @throws {Refusal} 400 for what no page of ours sends */
function inputOf(form: FormData): { title: string; plan: unknown } {
  try {
    return { title: textField(form, 'title'), plan: JSON.parse(textField(form, 'plan')) };
  } catch {
    throw new Refusal(400, 'The plan did not arrive whole. Try again.');
  }
}

export const actions: Actions = {
  save: async ({ params, request, locals, url }) => {
    const user = requireInstructor(locals.user, url);
    const form = await request.formData();
    const { plans } = await openRoot();
    try {
      if (!v.is(RequestIdSchema, params.id)) throw new Refusal(404, 'You have no such plan.');
      const basedOn = Number(textField(form, 'basedOn')) || 0;
      return { savedAt: await plans.save(user.id, params.id, inputOf(form), basedOn) };
    } catch (refusal) {
      return failWith(refusal, {});
    }
  },

  /** Keeps what another window's saving stands in the way of. */
  copy: async ({ request, locals, url }) => {
    const user = requireInstructor(locals.user, url);
    const form = await request.formData();
    const { plans } = await openRoot();
    let id;
    try {
      id = await plans.create(user.id, requestIdOf(form) ?? randomUUID(), inputOf(form));
    } catch (refusal) {
      return failWith(refusal, {});
    }
    redirect(303, `/host/plans/${id}`);
  },
};
