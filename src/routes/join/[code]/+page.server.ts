import { redirect } from '@sveltejs/kit';
import { cookieOptions, SEAT_SECONDS, seatCookie } from '$server/http/cookies.ts';
import { SEAT_CLOSED } from '$server/live/seats.ts';
import { freeNicknames } from '$server/live/nicknames.ts';
import { Refusal } from '$server/refusal.ts';
import { SIGN_FIELDS } from '$lib/live/door.ts';
import { failWith, roomOrError, seatIn, seatIsClosed, textField } from '../../guards.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, cookies, locals, getClientAddress }) => {
  const { root, room } = await roomOrError(params.code, getClientAddress);
  const { code, title, rehearsal } = room.meta;
  return {
    code,
    title,
    rehearsal,
    phase: room.state.phase,
    guarded: room.state.door.state === 'guarded',
    suggestions: freeNicknames(Object.values(room.state.participants)),
    participant: await seatIn(root, room, cookies, locals.user),
    closed: await seatIsClosed(root, room, cookies, locals.user),
  };
};

export const actions: Actions = {
  default: async ({ params, request, cookies, url, locals, getClientAddress }) => {
    const { root, room } = await roomOrError(params.code, getClientAddress);
    const { code } = room.meta;
    const form = await request.formData();
    const nickname = textField(form, 'nickname');
    // Sent twice, or joined in another tab: the seat is already there.
    if (await seatIn(root, room, cookies, locals.user)) redirect(303, `/live/${code}`);
    try {
      if (await seatIsClosed(root, room, cookies, locals.user))
        throw new Refusal(403, SEAT_CLOSED, 'nickname');
      const address = getClientAddress();
      await root.limits.spend('join', address);
      const requestId = textField(form, 'requestId');
      const sign = SIGN_FIELDS.map((field) => textField(form, field));
      if (!(await root.seats.isRepeat(room, requestId))) await root.door.enter(room, sign, address);
      const held = cookies.get(seatCookie(code)) ?? null;
      const { token } = await root.seats.join(
        room,
        nickname,
        locals.user?.id ?? null,
        requestId,
        held,
      );
      cookies.set(seatCookie(code), token, { ...cookieOptions(url), maxAge: SEAT_SECONDS });
    } catch (refusal) {
      return failWith(refusal, { nickname });
    }
    redirect(303, `/live/${code}`);
  },
};
