import { Refusal } from '$server/refusal.ts';
import { openRoot } from '$server/root.ts';
import { randomUUID } from 'node:crypto';
import { failWith, hostedRoom, requireUser, textField } from '../../guards.server.ts';
import { requestIdOf } from '../plan-choices.server.ts';
import type { Actions } from './$types';

/**
 * What a host has made of the plan and not saved; null where the form sends none.
 * @throws {Refusal} 400 for what no page of ours sends
 */
function draftIn(form: FormData): unknown {
  const sent = textField(form, 'plan');
  if (sent === '') return null;
  try {
    return JSON.parse(sent);
  } catch {
    throw new Refusal(400, 'The plan did not arrive whole. Try again.');
  }
}

export const actions: Actions = {
  /** Keeps the session's plan, or a draft of it, among the account's own, under the session's title. */
  keepPlan: async ({ params, request, locals, url, getClientAddress }) => {
    const { id, role } = requireUser(locals.user, url);
    const { meta, state } = await hostedRoom(params.code, locals.user, url, getClientAddress);
    const form = await request.formData();
    const { plans } = await openRoot();
    try {
      if (role !== 'instructor') throw new Refusal(403, 'Only instructors keep plans.');
      const draft = draftIn(form);
      if (!draft && state.plan.length === 0)
        throw new Refusal(409, 'This session has no plan to keep.');
      const kept = { title: meta.title, plan: draft ?? state.plan };
      return { keptPlan: await plans.create(id, requestIdOf(form) ?? randomUUID(), kept) };
    } catch (refusal) {
      return failWith(refusal, {});
    }
  },
};
