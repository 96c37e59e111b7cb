import { reachableOrigin } from '$server/http/addresses.ts';
import { spacedCode } from '$server/passes/class-codes.ts';
import { openRoot } from '$server/root.ts';
import { RequestIdSchema } from '$lib/live/protocol.ts';
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { failWith, requireInstructor, textField } from '../../guards.server.ts';
import { requestIdOf } from '../plan-choices.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, setHeaders }) => {
  const user = requireInstructor(locals.user, url);
  setHeaders({ 'cache-control': 'no-store' });
  const { classCodes, now } = await openRoot();
  const codes = await classCodes.of(user.id);
  return {
    now: now(),
    codes: codes.map((code) => ({ ...code, code: spacedCode(code.code) })),
  };
};

export const actions: Actions = {
  reset: async ({ request, locals, url }) => {
    const user = requireInstructor(locals.user, url);
    const { accounts } = await openRoot();
    const typed = textField(await request.formData(), 'username');
    try {
      const { username, path } = await accounts.issueResetPath(typed, user);
      return { done: 'reset' as const, username, link: `${reachableOrigin(url)}${path}` };
    } catch (refusal) {
      return failWith(refusal, { about: 'reset', username: typed });
    }
  },

  grant: async ({ request, locals, url }) => {
    requireInstructor(locals.user, url);
    const { passes } = await openRoot();
    const form = await request.formData();
    const typed = textField(form, 'username');
    try {
      const { username, expiresAt } = await passes.grantTo(
        typed,
        requestIdOf(form) ?? randomUUID(),
      );
      return { done: 'grant' as const, username, expiresAt };
    } catch (refusal) {
      return failWith(refusal, { about: 'grant', username: typed });
    }
  },

  code: async ({ request, locals, url }) => {
    const user = requireInstructor(locals.user, url);
    const { classCodes } = await openRoot();
    const form = await request.formData();
    const uses = textField(form, 'uses');
    const endsOn = textField(form, 'endsOn');
    try {
      await classCodes.create(user.id, requestIdOf(form) ?? randomUUID(), { uses, endsOn });
      return { done: 'code' as const };
    } catch (refusal) {
      return failWith(refusal, { about: 'code', uses, endsOn });
    }
  },

  end: async ({ request, locals, url }) => {
    const user = requireInstructor(locals.user, url);
    const { classCodes } = await openRoot();
    const id = textField(await request.formData(), 'code');
    if (v.is(RequestIdSchema, id)) await classCodes.end(user.id, id);
  },
};
