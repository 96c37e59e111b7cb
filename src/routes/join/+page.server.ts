import { fail, redirect } from '@sveltejs/kit';
import { openRoot } from '$server/root.ts';
import { failWith, lookUpRoom, textField } from '../guards.server.ts';
import type { Actions } from './$types';

export const actions: Actions = {
  default: async ({ request, getClientAddress }) => {
    const root = await openRoot();
    const code = textField(await request.formData(), 'code');
    let room;
    try {
      room = await lookUpRoom(root, code, getClientAddress());
    } catch (refusal) {
      return failWith(refusal, { code });
    }
    if (!room)
      return fail(400, {
        field: 'code',
        message:
          'No session has this join code. It has six letters and digits, and stands on the big screen.',
        code,
      });
    redirect(303, `/join/${room.meta.code}`);
  },
};
