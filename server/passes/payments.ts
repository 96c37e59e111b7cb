/**
 * Passes for what somebody wants to pay, through Stripe's own page. Off unless both keys are set. What a payment
 * grants is decided by Stripe's signed events alone: nothing that a browser says counts.
 */
import Stripe from 'stripe';
import * as v from 'valibot';
import type { Database } from '../db/index.ts';
import { stripeEvents } from '../db/schema.ts';
import type { Logger } from '../log.ts';
import { isRefusal, Refusal } from '../refusal.ts';
import { validate } from '../validate.ts';
import type { Passes } from './passes.ts';

export interface PaymentKeys {
  secretKey: string;
  webhookSecret: string;
}

/** `STRIPE_SECRET_KEY` and `STRIPE_WEBHOOK_SECRET`; null unless both are set. */
export function paymentKeys(env: NodeJS.ProcessEnv = process.env): PaymentKeys | null {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret } = env;
  return secretKey && webhookSecret ? { secretKey, webhookSecret } : null;
}

/** In dollars. */
export const LEAST = 1;
export const MOST = 100;
/** Tells our checkouts from others of the same Stripe account. */
const PRODUCT = 'member-pass';

const AmountSchema = v.object({
  amount: v.pipe(
    v.number('Give an amount in dollars.'),
    v.minValue(LEAST, `A pass costs at least $${LEAST}.`),
    v.maxValue(MOST, `A pass costs at most $${MOST}.`),
    v.check(
      (amount) => Math.abs(amount * 100 - Math.round(amount * 100)) < 1e-6,
      'Give whole cents.',
    ),
  ),
});

export class Payments {
  readonly #db: Database;
  readonly #passes: Passes;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #webhookSecret: string;
  readonly #stripe: Stripe;

  /** @param api where Stripe's interface is; tests have one of their own */
  constructor(
    { secretKey, webhookSecret }: PaymentKeys,
    deps: { db: Database; passes: Passes; log: Logger; now: () => number },
    api: Pick<Stripe.StripeConfig, 'host' | 'port' | 'protocol'> = {},
  ) {
    this.#stripe = new Stripe(secretKey, { ...api, maxNetworkRetries: 2, telemetry: false });
    this.#webhookSecret = webhookSecret;
    this.#db = deps.db;
    this.#passes = deps.passes;
    this.#log = deps.log;
    this.#now = deps.now;
  }

  /**
   * Begins a payment.
   * @param origin where the browser comes back to
   * @returns the address of Stripe's page
   * @throws {Refusal} 400 about `amount` · 502 when Stripe does not answer
   */
  async begin(userId: string, input: unknown, origin: string): Promise<string> {
    const { amount } = validate(AmountSchema, input);
    try {
      const checkout = await this.#stripe.checkout.sessions.create({
        mode: 'payment',
        client_reference_id: userId,
        metadata: { product: PRODUCT },
        line_items: [
          {
            quantity: 1,
            price_data: {
              currency: 'usd',
              unit_amount: Math.round(amount * 100),
              product_data: { name: 'Rankroom member pass, six months' },
            },
          },
        ],
        success_url: `${origin}/account?paid=1`,
        cancel_url: `${origin}/account`,
      });
      if (!checkout.url) throw new Error('the checkout has no address');
      return checkout.url;
    } catch (error) {
      this.#log.error({ err: error }, 'a checkout could not be begun');
      throw new Refusal(502, 'The payment could not be begun, and nothing was charged. Try again.');
    }
  }

  /**
   * Acts on an event, once however often it is sent.
   * @param body exactly as it came: the signature is over its bytes
   * @throws {Refusal} 400 unless Stripe has signed it, within the last five minutes
   */
  async receive(body: string, signature: string | null): Promise<void> {
    let event: Stripe.Event;
    try {
      event = await this.#stripe.webhooks.constructEventAsync(
        body,
        signature ?? '',
        this.#webhookSecret,
      );
    } catch {
      throw new Refusal(400, 'The signature does not fit.');
    }
    const paid = paidCheckout(event);
    await this.#db.transaction(async (tx) => {
      const first = await tx
        .insert(stripeEvents)
        .values({ id: event.id, type: event.type, receivedAt: new Date(this.#now()) })
        .onConflictDoNothing()
        .returning({ id: stripeEvents.id });
      if (first.length === 0 || !paid) return;
      try {
        await this.#passes.grant(tx, paid.userId, 'payment', paid.checkout);
      } catch (error) {
        // The account was deleted meanwhile. Sending it again would change nothing: the operator has to see to it.
        if (!isRefusal(error)) throw error;
        this.#log.error({ checkout: paid.checkout }, 'a payment is of an account that is no more');
      }
    });
  }
}

/** Whose payment an event says has come in; null for every other event. */
function paidCheckout(event: Stripe.Event): { userId: string; checkout: string } | null {
  if (
    event.type !== 'checkout.session.completed' &&
    event.type !== 'checkout.session.async_payment_succeeded'
  )
    return null;
  const { id, metadata, client_reference_id, payment_status } = event.data.object;
  const ours = metadata?.product === PRODUCT && client_reference_id;
  return ours && payment_status === 'paid' ? { userId: client_reference_id, checkout: id } : null;
}
