/** Study records of who is signed in: all of them, or a batch of changes. Sending one again is harmless. */
import { json } from '@sveltejs/kit';
import { isRefusal, Refusal } from '$server/refusal.ts';
import { openRoot } from '$server/root.ts';
import type { RequestEvent, RequestHandler } from './$types';

export const GET: RequestHandler = (event) =>
  answering(event, async (userId, { study }) => ({ records: await study.of(userId) }));

export const PUT: RequestHandler = (event) =>
  answering(event, async (userId, { study }) => {
    const batch: unknown = await event.request.json().catch(() => {
      throw new Refusal(400, 'Send records as JSON.');
    });
    return study.keep(userId, batch);
  });

async function answering(
  { locals, url }: RequestEvent,
  work: (userId: string, root: Awaited<ReturnType<typeof openRoot>>) => Promise<object>,
): Promise<Response> {
  const headers = { 'cache-control': 'no-store' };
  const { user } = locals;
  const asked = url.searchParams.get('account');
  // A page that was opened by somebody else, before this browser changed hands.
  if (!user || (asked !== null && asked !== user.id))
    return json({ error: 'Sign in to keep this in your account.' }, { status: 401, headers });
  try {
    const root = await openRoot();
    await root.limits.spend('study', user.id);
    return json(await work(user.id, root), { headers });
  } catch (refusal) {
    if (!isRefusal(refusal)) throw refusal;
    return json({ error: refusal.message }, { status: refusal.status, headers });
  }
}
