import { redirect } from '@sveltejs/kit';
import { roomOrError, seatIn } from '../../guards.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, cookies, locals, getClientAddress }) => {
  const { root, room } = await roomOrError(params.code, getClientAddress);
  const { code, title, rehearsal, open } = room.meta;
  const participant = await seatIn(root, room, cookies, locals.user);
  if (!participant) redirect(303, `/join/${code}`);
  return { code, title, rehearsal, open, participant };
};
