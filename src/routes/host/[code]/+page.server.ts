import { Refusal } from '$server/refusal.ts';
import { openRoot } from '$server/root.ts';
import { randomUUID } from 'node:crypto';
import { failWith, hostedRoom, requireUser } from '../../guards.server.ts';
import { requestIdOf } from '../plan-choices.server.ts';
import type { Actions } from './$types';

export const actions: Actions = {
  /** Keeps the session's plan among the account's own, under the session's title. */
  keepPlan: async ({ params, request, locals, url, getClientAddress }) => {
    const { id, role } = requireUser(locals.user, url);
    const { meta, state } = await hostedRoom(params.code, locals.user, url, getClientAddress);
    const form = await request.formData();
    const { plans } = await openRoot();
    try {
      if (role !== 'instructor') throw new Refusal(403, 'Only instructors keep plans.');
      if (state.plan.length === 0) throw new Refusal(409, 'This session has no plan to keep.');
      const kept = { title: meta.title, plan: state.plan };
      return { keptPlan: await plans.create(id, requestIdOf(form) ?? randomUUID(), kept) };
    } catch (refusal) {
      return failWith(refusal, {});
    }
  },
};
