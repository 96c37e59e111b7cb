import { redirect } from '@sveltejs/kit';
import { RequestIdSchema } from '$lib/live/protocol.ts';
import { openRoot } from '$server/root.ts';
import * as v from 'valibot';
import { requireInstructor, textField } from '../guards.server.ts';
import type { Actions, PageServerLoad } from './$types';

const TitleSchema = v.fallback(
  v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1),
    v.transform((title) => title.slice(0, 80)),
  ),
  'Fine-tuning together',
);

export const load: PageServerLoad = async ({ locals, url }) => {
  const user = requireInstructor(locals.user, url);
  const { rooms } = await openRoot();
  return { sessions: await rooms.hostedBy(user.id) };
};

export const actions: Actions = {
  create: async ({ request, locals, url }) => {
    const user = requireInstructor(locals.user, url);
    const form = await request.formData();
    const title = v.parse(TitleSchema, textField(form, 'title'));
    const requestId = textField(form, 'requestId');
    const { rooms } = await openRoot();
    // Before its script has loaded the page makes no id: each press is then a request of its own.
    const { code } = await rooms.create(
      user.id,
      title,
      v.is(RequestIdSchema, requestId) ? requestId : null,
    );
    redirect(303, `/host/${code}`);
  },
};
