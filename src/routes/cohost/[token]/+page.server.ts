import { error, redirect } from '@sveltejs/kit';
import { mayHost } from '$server/live/hosts.ts';
import { isRefusal } from '$server/refusal.ts';
import { openRoot } from '$server/root.ts';
import { failWith, requireUser } from '../../guards.server.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({
  params,
  locals,
  url,
  getClientAddress,
  setHeaders,
}) => {
  // The address holds a secret until it is spent: it must not travel on in a Referer.
  setHeaders({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  const root = await openRoot();
  const room = await root.hosts.invitedTo(params.token, locals.user?.id ?? null);
  if (!room) {
    await root.limits.spend('unknownCode', getClientAddress()).catch((refusal: unknown) => {
      if (isRefusal(refusal)) error(refusal.status, refusal.message);
      throw refusal;
    });
    return { invitation: null, next: url.pathname };
  }
  const { code, title, hostName } = room.meta;
  const hosts = locals.user !== null && mayHost(room, locals.user.id);
  return {
    invitation: { title, hostName, hostedAt: hosts ? `/host/${code}` : null },
    next: url.pathname,
  };
};

export const actions: Actions = {
  default: async ({ params, locals, url, getClientAddress }) => {
    const user = requireUser(locals.user, url);
    const root = await openRoot();
    let code;
    try {
      if (!(await root.hosts.invitedTo(params.token, user.id)))
        await root.limits.spend('unknownCode', getClientAddress());
      code = await root.hosts.accept(params.token, { id: user.id, name: user.username });
    } catch (refusal) {
      return failWith(refusal, {});
    }
    redirect(303, `/host/${code}`);
  },
};
