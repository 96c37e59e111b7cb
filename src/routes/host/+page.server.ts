import { redirect } from '@sveltejs/kit';
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
    const title = v.parse(TitleSchema, textField(await request.formData(), 'title'));
    const { rooms } = await openRoot();
    const { code } = await rooms.create(user.id, title);
    redirect(303, `/host/${code}`);
  },
};
