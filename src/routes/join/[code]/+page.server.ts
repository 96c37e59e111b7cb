import { redirect } from '@sveltejs/kit';
import { cookieOptions, SEAT_SECONDS, seatCookie } from '$server/http/cookies.ts';
import { SEAT_CLOSED } from '$server/live/seats.ts';
import { Refusal } from '$server/refusal.ts';
import { failWith, roomOrError, seatIn, seatIsClosed, textField } from '../../guards.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, cookies, getClientAddress }) => {
  const { root, room } = await roomOrError(params.code, getClientAddress);
  const { code, title } = room.meta;
  return {
    code,
    title,
    phase: room.state.phase,
    participant: await seatIn(root, room, cookies),
    closed: await seatIsClosed(root, room, cookies),
  };
};

export const actions: Actions = {
  default: async ({ params, request, cookies, url, locals, getClientAddress }) => {
    const { root, room } = await roomOrError(params.code, getClientAddress);
    const { code } = room.meta;
    const form = await request.formData();
    const nickname = textField(form, 'nickname');
    // Sent twice, or joined in another tab: the seat is already there.
    if (await seatIn(root, room, cookies)) redirect(303, `/live/${code}`);
    try {
      if (await seatIsClosed(root, room, cookies)) throw new Refusal(403, SEAT_CLOSED, 'nickname');
      await root.limits.spend('join', getClientAddress());
      const userId = locals.user?.id ?? null;
      const { token } = await root.seats.join(room, nickname, userId, textField(form, 'requestId'));
      cookies.set(seatCookie(code), token, { ...cookieOptions(url), maxAge: SEAT_SECONDS });
    } catch (refusal) {
      return failWith(refusal, { nickname });
    }
    redirect(303, `/live/${code}`);
  },
};
