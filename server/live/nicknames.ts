/** Which nicknames a room accepts. */
import { suggestNicknames } from '../../src/lib/live/nickname-words.ts';
import { MAX_NICKNAME } from '../../src/lib/live/nickname.ts';
import { Refusal } from '../refusal.ts';
import { nicknameKey } from './lookalikes.ts';
import { isOffensive } from './offensive.ts';

/** `nickname` with the first number that makes it free, cut to the permitted length. */
export function freeVariant(nickname: string, taken: ReadonlySet<string>): string {
  for (let number = 2; ; number++) {
    const suffix = ` ${number}`;
    const variant =
      [...nickname]
        .slice(0, MAX_NICKNAME - suffix.length)
        .join('')
        .trim() + suffix;
    if (!taken.has(nicknameKey(variant))) return variant;
  }
}

/** @throws {Refusal} 400 with a free variant, when one of `others` is called so, or looks it */
export function refuseTaken(nickname: string, others: Iterable<{ nickname: string }>): void {
  const taken = new Set([...others].map((other) => nicknameKey(other.nickname)));
  if (!taken.has(nicknameKey(nickname))) return;
  throw new Refusal(
    400,
    `“${nickname}” is taken in this session. “${freeVariant(nickname, taken)}” is free.`,
    'nickname',
  );
}

/** @throws {Refusal} 400 */
export function refuseOffensive(nickname: string): void {
  if (isOffensive(nickname))
    throw new Refusal(
      400,
      'Choose another nickname: everyone in the room will read it.',
      'nickname',
    );
}

/** How many suggestions a page gets at a time; names in use are not sent to who has not joined. */
const SUGGESTIONS = 12;

/** Nicknames of the generator that are free in a session. */
export function freeNicknames(others: Iterable<{ nickname: string }>): string[] {
  const taken = new Set([...others].map((other) => nicknameKey(other.nickname)));
  return suggestNicknames((name) => taken.has(nicknameKey(name)), Math.random, SUGGESTIONS);
}
