/** The sign that a guarded door asks for: three shapes that follow from the session and the time. */
import { createHmac } from 'node:crypto';
import * as v from 'valibot';
import { SHAPES, SIGN_LENGTH, SignSchema, type Shape, type Sign } from '../../src/lib/live/door.ts';
import type { RateLimits } from '../auth/rate-limits.ts';
import { Refusal } from '../refusal.ts';
import type { SessionRoom } from './session-room.ts';

/** How long a sign is shown, in ms. It is taken for as long again: people type slowly. */
export const SIGN_TIME = 30_000;

export class Door {
  readonly #secret: Uint8Array;
  readonly #limits: RateLimits;
  readonly #now: () => number;

  /** @param secret of the deployment: every node of it shows the same signs */
  constructor(secret: Uint8Array, limits: RateLimits, now: () => number) {
    this.#secret = secret;
    this.#limits = limits;
    this.#now = now;
  }

  /** Changes when the sign does. */
  get slot(): number {
    return Math.floor(this.#now() / SIGN_TIME);
  }

  sign(sessionId: string): Sign {
    const { slot } = this;
    return { shapes: this.#shapes(sessionId, slot), until: (slot + 1) * SIGN_TIME };
  }

  /**
   * Lets in who names the sign of now or the one before; anybody where the door is open.
   * @param chosen what the joining person picked
   * @throws {Refusal} 403 about the field `sign`; 429 when its address has been wrong too often
   */
  async enter({ meta, state }: SessionRoom, chosen: unknown, address: string): Promise<void> {
    if (state.door.state === 'open') return;
    const sign = v.safeParse(SignSchema, chosen);
    if (!sign.success)
      throw new Refusal(
        403,
        `Pick the ${SIGN_LENGTH} shapes that the screen in the room shows, in their order.`,
        'sign',
      );
    const key = `${meta.id} ${address}`;
    const { slot } = this;
    const isShown = [slot, slot - 1].some(
      (of) => this.#shapes(meta.id, of).join() === sign.output.join(),
    );
    // A right answer costs nothing, since a class has one address; but it must not end a series of guesses either.
    if (isShown) return this.#limits.refuseSpent('sign', key, 'sign');
    await this.#limits.spend('sign', key, 'sign');
    throw new Refusal(
      403,
      'That is not on the screen any more: it changes every 30 seconds. Look again.',
      'sign',
    );
  }

  #shapes(sessionId: string, slot: number): Shape[] {
    const digest = createHmac('sha256', this.#secret).update(`door ${sessionId} ${slot}`).digest();
    let number = digest.readUInt32BE();
    return Array.from({ length: SIGN_LENGTH }, () => {
      const shape = SHAPES[number % SHAPES.length]!;
      number = Math.floor(number / SHAPES.length);
      return shape;
    });
  }
}
