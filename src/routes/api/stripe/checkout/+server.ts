/** Begins a payment for a member pass: answers with the address of Stripe's page. */
import { error, json } from '@sveltejs/kit';
import { isRefusal } from '$server/refusal.ts';
import { openRoot } from '$server/root.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async ({ request, locals, url }) => {
  const { payments, limits } = await openRoot();
  if (!payments) error(404, 'There is no page at this address.');
  // Another site can send a form with our cookies, never JSON.
  if (!request.headers.get('content-type')?.startsWith('application/json'))
    return json({ error: 'Send the amount as JSON.' }, { status: 415 });
  if (!locals.user) return json({ error: 'Sign in before you pay.' }, { status: 401 });
  try {
    await limits.spend('checkout', locals.user.id);
    const input: unknown = await request.json().catch(() => null);
    return json({ url: await payments.begin(locals.user.id, input, url.origin) });
  } catch (refusal) {
    if (!isRefusal(refusal)) throw refusal;
    return json({ error: refusal.message }, { status: refusal.status });
  }
};
