/**
 * Where Stripe tells of payments. It comes from elsewhere and without a cookie; its signature is what it is believed
 * by. Kit compares origins only of what a form can send, which JSON is not.
 */
import { error, json } from '@sveltejs/kit';
import { isRefusal } from '$server/refusal.ts';
import { openRoot } from '$server/root.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async ({ request }) => {
  const { payments } = await openRoot();
  if (!payments) error(404, 'There is no page at this address.');
  try {
    await payments.receive(await request.text(), request.headers.get('stripe-signature'));
    return json({ received: true });
  } catch (refusal) {
    if (!isRefusal(refusal)) throw refusal;
    return json({ error: refusal.message }, { status: refusal.status });
  }
};
