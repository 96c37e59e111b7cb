import { redirect } from '@sveltejs/kit';
import { RequestIdSchema } from '$lib/live/protocol.ts';
import { openRoot } from '$server/root.ts';
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { failWith, requireInstructor, textField } from '../../guards.server.ts';
import { builtInChoices, chosenPlan, requestIdOf } from '../plan-choices.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
  const user = requireInstructor(locals.user, url);
  const { plans } = await openRoot();
  const own = await plans.of(user.id);
  return {
    plans: own.map(({ id, title, plan, updatedAt }) => ({
      id,
      title,
      activities: plan.length,
      updatedAt,
    })),
    builtIn: builtInChoices(),
  };
};

export const actions: Actions = {
  new: async ({ request, locals, url }) => {
    const user = requireInstructor(locals.user, url);
    const form = await request.formData();
    const { plans } = await openRoot();
    let id;
    try {
      const empty = { title: 'Untitled plan', plan: [] };
      id = await plans.create(user.id, requestIdOf(form) ?? randomUUID(), empty);
    } catch (refusal) {
      return failWith(refusal, {});
    }
    redirect(303, `/host/plans/${id}`);
  },

  use: async ({ request, locals, url }) => {
    const user = requireInstructor(locals.user, url);
    const form = await request.formData();
    const root = await openRoot();
    let code;
    try {
      const { title, plan } = await chosenPlan(root, user.id, textField(form, 'plan'));
      ({ code } = await root.rooms.create(user.id, title, requestIdOf(form), plan));
    } catch (refusal) {
      return failWith(refusal, {});
    }
    redirect(303, `/host/${code}`);
  },

  rehearse: async ({ request, locals, url }) => {
    const user = requireInstructor(locals.user, url);
    const form = await request.formData();
    const root = await openRoot();
    let code;
    try {
      const { title, plan } = await chosenPlan(root, user.id, textField(form, 'plan'));
      code = await root.rehearsals.begin(user.id, { title, plan, code: null });
    } catch (refusal) {
      return failWith(refusal, {});
    }
    redirect(303, `/host/${code}`);
  },

  duplicate: async ({ request, locals, url }) => {
    const user = requireInstructor(locals.user, url);
    const form = await request.formData();
    const root = await openRoot();
    const choice = textField(form, 'plan');
    try {
      const { title, plan } = await chosenPlan(root, user.id, choice);
      // What comes with the product is not yet among the account's own.
      const isOwn = v.is(RequestIdSchema, choice);
      const copy = { title: isOwn ? `${title.slice(0, 72).trimEnd()} (copy)` : title, plan };
      await root.plans.create(user.id, requestIdOf(form) ?? randomUUID(), copy);
    } catch (refusal) {
      return failWith(refusal, {});
    }
  },

  delete: async ({ request, locals, url }) => {
    const user = requireInstructor(locals.user, url);
    const id = textField(await request.formData(), 'plan');
    const { plans } = await openRoot();
    if (v.is(RequestIdSchema, id)) await plans.delete(user.id, id);
  },
};
