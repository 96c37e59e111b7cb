import { reachableOrigin } from '$server/http/addresses.ts';
import { hostedRoom } from '../../guards.server.ts';
import type { LayoutServerLoad } from './$types';

/** The same for the host's page and its projector screen. */
export const load: LayoutServerLoad = async ({ params, locals, url, getClientAddress }) => {
  const { code, title } = (await hostedRoom(params.code, locals.user, url, getClientAddress)).meta;
  return { code, title, joinUrl: `${reachableOrigin(url)}/join/${code}` };
};
