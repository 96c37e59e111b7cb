/**
 * Brakes on guessing. A class sits behind one address, so limits by address alone are wide, and the
 * narrow one is by address and username together.
 */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Refusal } from '../refusal.ts';

const LIMITS = {
  /** Sign-in attempts for one username from one address. */
  login: { points: 10, duration: 10 * 60 },
  loginAddress: { points: 300, duration: 10 * 60 },
  signup: { points: 200, duration: 10 * 60 },
  /** The password asked for again, by account. */
  confirm: { points: 10, duration: 10 * 60 },
  /** Class codes tried, by account. */
  classCode: { points: 20, duration: 10 * 60 },
  /** By account: one a second, far more than somebody types. */
  study: { points: 120, duration: 2 * 60 },
  checkout: { points: 20, duration: 10 * 60 },
  setup: { points: 20, duration: 10 * 60 },
  /** By participant: one a second, which no hand keeps up. */
  upload: { points: 60, duration: 60 },
  /** What a student's pages have stored or shown to hosts, by participant: likewise one a second. */
  student: { points: 60, duration: 60 },
  join: { points: 1200, duration: 10 * 60 },
  /** Codes that name no session: 31^6 codes cannot be searched at this rate. */
  unknownCode: { points: 120, duration: 10 * 60 },
  /** Wrong signs, by session and address: two of 216 are right, so guessing takes some four seats an hour. */
  sign: { points: 40, duration: 5 * 60 },
  /** Connections of `/check`: a hall of 500 has two each, twice over. */
  check: { points: 2000, duration: 10 * 60 },
} as const;

export type Brake = keyof typeof LIMITS;

export class RateLimits {
  readonly #limiters = new Map<Brake, RateLimiterMemory>();

  /** @throws {Refusal} 429 that says how long to wait, about `field` */
  async spend(brake: Brake, key: string, field?: string): Promise<void> {
    try {
      await this.#limiter(brake).consume(key);
    } catch (error) {
      throw error instanceof RateLimiterRes ? tooMany(error, field) : error;
    }
  }

  /** @throws {Refusal} 429 when nothing is left to spend; spends nothing */
  async refuseSpent(brake: Brake, key: string, field?: string): Promise<void> {
    const spent = await this.#limiter(brake).get(key);
    if (spent && spent.consumedPoints >= LIMITS[brake].points) throw tooMany(spent, field);
  }

  #limiter(brake: Brake): RateLimiterMemory {
    const held = this.#limiters.get(brake);
    if (held) return held;
    const made = new RateLimiterMemory(LIMITS[brake]);
    this.#limiters.set(brake, made);
    return made;
  }
}

function tooMany({ msBeforeNext }: RateLimiterRes, field?: string): Refusal {
  const seconds = Math.ceil(msBeforeNext / 1000);
  const wait =
    seconds > 90
      ? `${Math.ceil(seconds / 60)} minutes`
      : seconds > 1
        ? `${seconds} seconds`
        : 'a second';
  return new Refusal(429, `Too many attempts. Try again in ${wait}.`, field);
}
