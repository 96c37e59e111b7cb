/** Member passes and the ways to them, run once on each kind of database. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Accounts } from '../../server/auth/accounts.ts';
import { openDatabase, type DatabaseLocation, type OpenDatabase } from '../../server/db/index.ts';
import { createLogger } from '../../server/log.ts';
import { ClassCodes } from '../../server/passes/class-codes.ts';
import { monthsLater, Passes } from '../../server/passes/passes.ts';
import { Payments } from '../../server/passes/payments.ts';

const KEYS = { secretKey: 'sk_test_of_nobody', webhookSecret: 'whsec_of_a_test' };

export function passesSuite(kind: string, locate: () => Promise<DatabaseLocation>): void {
  describe(`passes on ${kind}`, () => {
    let open: OpenDatabase;
    const now = Date.UTC(2026, 7, 31);
    const clock = () => now;
    beforeAll(async () => {
      open = await openDatabase(await locate());
    });
    afterAll(() => open.close());

    const student = () =>
      new Accounts(open.db, clock).signUp({
        username: `p-${randomUUID().slice(0, 8)}`,
        password: 'a long password',
      });
    const instructor = student;

    it('last to the same day of the sixth month, or its last (I-24)', () => {
      const later = (date: string) => monthsLater(Date.parse(date), 6).toISOString().slice(0, 10);
      expect(later('2026-08-31')).toBe('2027-02-28');
      expect(later('2027-08-31')).toBe('2028-02-29');
      expect(later('2026-01-15')).toBe('2026-07-15');
    });

    it('grants six months, and after them those of the next pass (I-24, I-25)', async () => {
      const ada = await student();
      const pass = new Passes(open.db, clock);
      expect(await pass.validUntil(ada.id)).toBeNull();
      const requestId = randomUUID();
      const granted = await Promise.all([
        pass.grantTo(ada.username, requestId),
        pass.grantTo(ada.username, requestId),
      ]);
      const end = monthsLater(now, 6).getTime();
      expect(granted.map(({ expiresAt }) => expiresAt)).toEqual([end, end]);
      await Promise.all([
        pass.grantTo(ada.username, randomUUID()),
        pass.grantTo(ada.username, randomUUID()),
      ]);
      expect((await pass.of(ada.id)).map(({ expiresAt }) => expiresAt)).toEqual([
        monthsLater(monthsLater(end, 6).getTime(), 6).getTime(),
        monthsLater(end, 6).getTime(),
        end,
      ]);
      const later = new Passes(open.db, () => monthsLater(now, 19).getTime());
      expect(await later.validUntil(ada.id)).toBeNull();
      await expect(pass.grantTo('nobody', randomUUID())).rejects.toMatchObject({ status: 404 });
    });

    it('gives as many passes for a code as it has uses, one to an account, until its day (I-26)', async () => {
      const host = await instructor();
      const pass = new Passes(open.db, clock);
      const codes = new ClassCodes(open.db, pass, clock);
      const today = new Date(now).toISOString().slice(0, 10);
      const id = randomUUID();
      for (const _ of [1, 2]) await codes.create(host.id, id, { uses: '2', endsOn: today });
      const [made] = await codes.of(host.id);
      expect(await codes.of(host.id)).toHaveLength(1);

      const people = [await student(), await student(), await student()];
      const typed = ` ${made!.code.slice(0, 5).toLowerCase()}-${made!.code.slice(5)} `;
      const redeem = (who: { id: string }) => codes.redeem(who.id, typed);
      const outcomes = await Promise.allSettled(people.map(redeem));
      expect(outcomes.map(({ status }) => status).sort()).toEqual([
        'fulfilled',
        'fulfilled',
        'rejected',
      ]);
      const winner = people[outcomes.findIndex(({ status }) => status === 'fulfilled')]!;
      await expect(redeem(winner)).rejects.toMatchObject({
        field: 'code',
        message: 'This account has used this code already.',
      });
      expect(await pass.of(winner.id)).toMatchObject([{ source: 'class-code' }]);
      expect(await codes.of(host.id)).toMatchObject([{ used: 2, uses: 2 }]);
      await expect(codes.redeem(winner.id, 'NOSUCHCODE')).rejects.toMatchObject({ status: 400 });

      const second = randomUUID();
      await codes.create(host.id, second, { uses: '5', endsOn: today });
      const other = (await codes.of(host.id)).find((code) => code.id === second)!;
      await codes.end((await instructor()).id, second);
      await codes.end(host.id, second);
      await expect(codes.redeem(winner.id, other.code)).rejects.toMatchObject({
        message: 'This code has ended.',
      });
      for (const unfit of [
        { uses: '0', endsOn: today },
        { uses: 'x', endsOn: today },
        { uses: '1', endsOn: '2026-08-01' },
      ])
        await expect(codes.create(host.id, randomUUID(), unfit)).rejects.toMatchObject({
          status: 400,
        });
    });

    describe('payments', () => {
      const stripe = new Stripe(KEYS.secretKey);
      const deps = () => ({
        db: open.db,
        passes: new Passes(open.db, clock),
        log: createLogger('silent'),
        now: clock,
      });
      const paid = (userId: string, changes: object = {}, type = 'checkout.session.completed') => ({
        id: `evt_${randomUUID()}`,
        object: 'event',
        type,
        data: {
          object: {
            id: `cs_${randomUUID()}`,
            object: 'checkout.session',
            client_reference_id: userId,
            metadata: { product: 'member-pass' },
            payment_status: 'paid',
            ...changes,
          },
        },
      });
      const sign = (payload: string, options: object = {}) =>
        stripe.webhooks.generateTestHeaderString({
          payload,
          secret: KEYS.webhookSecret,
          ...options,
        });
      const receive = (event: object, header?: string) => {
        const payload = JSON.stringify(event);
        return new Payments(KEYS, deps()).receive(payload, header ?? sign(payload));
      };
      const sources = async (id: string) =>
        (await new Passes(open.db, clock).of(id)).map(({ source }) => source);

      it('grant one pass for a signed event, however often it comes (I-28, I-29)', async () => {
        const { id } = await student();
        const event = paid(id);
        await Promise.all([receive(event), receive(event)]);
        await receive(event);
        // Another event of the same checkout.
        const settled = {
          ...event,
          id: 'evt_other',
          type: 'checkout.session.async_payment_succeeded',
        };
        await receive(settled);
        expect(await sources(id)).toEqual(['payment']);
      });

      it('grant nothing for what Stripe did not sign just now, or what is not paid, or not ours (I-28)', async () => {
        const { id } = await student();
        const event = paid(id);
        const payload = JSON.stringify(event);
        const old = Math.floor(Date.now() / 1000) - 3600;
        for (const header of [
          '',
          'nonsense',
          sign(payload, { secret: 'whsec_of_another' }),
          sign(payload, { timestamp: old }),
          sign(`${payload} `),
        ])
          await expect(receive(event, header)).rejects.toMatchObject({ status: 400 });
        await receive(paid(id, { payment_status: 'unpaid' }));
        await receive(paid(id, { metadata: {} }));
        await receive(paid(id, {}, 'checkout.session.expired'));
        await receive(paid('an account that is no more'));
        expect(await sources(id)).toEqual([]);
      });

      it('begin at Stripe with what somebody wants to pay, $1 to $100 (I-27)', async () => {
        const asked: URLSearchParams[] = [];
        const api = createServer((request, response) => {
          let body = '';
          request.on('data', (part: Buffer) => (body += part.toString()));
          request.on('end', () => {
            asked.push(new URLSearchParams(body));
            response.setHeader('content-type', 'application/json');
            response.end('{"id":"cs_1","url":"https://checkout.stripe.test/pay"}');
          });
        });
        await new Promise<void>((listening) => api.listen(0, '127.0.0.1', listening));
        const { port } = api.address() as AddressInfo;
        const payments = new Payments(KEYS, deps(), { host: '127.0.0.1', port, protocol: 'http' });
        const begin = (amount: unknown) => payments.begin('ada', { amount }, 'https://class.test');
        expect(await begin(7.5)).toBe('https://checkout.stripe.test/pay');
        expect(Object.fromEntries(asked[0]!)).toMatchObject({
          client_reference_id: 'ada',
          'line_items[0][price_data][unit_amount]': '750',
          'line_items[0][price_data][currency]': 'usd',
          'metadata[product]': 'member-pass',
          success_url: 'https://class.test/account?paid=1',
        });
        for (const amount of [0.99, 100.01, 5.001, Number.NaN, '7', null])
          await expect(begin(amount)).rejects.toMatchObject({ status: 400 });
        expect(asked).toHaveLength(1);
        api.close();
        api.closeAllConnections();
      });
    });
  });
}
