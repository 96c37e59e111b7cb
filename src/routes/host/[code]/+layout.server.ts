import { reachableOrigin } from '$server/http/addresses.ts';
import { hostedRoom } from '../../guards.server.ts';
import type { LayoutServerLoad } from './$types';

/** The same for the host's page and its projector screen. */
export const load: LayoutServerLoad = async ({ params, locals, url, getClientAddress }) => {
  const { meta } = await hostedRoom(params.code, locals.user, url, getClientAddress);
  const { code, title, rehearsal } = meta;
  return { code, title, rehearsal, joinUrl: `${reachableOrigin(url)}/join/${code}` };
};
