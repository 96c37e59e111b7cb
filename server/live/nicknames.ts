/** Which nicknames a room accepts. */
import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';
import { Refusal } from '../refusal.ts';

const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });
const MAX_LENGTH = 24;

export const isOffensive = (nickname: string): boolean => matcher.hasMatch(nickname);

/** Nicknames that look the same on a projector have the same key. */
export const nicknameKey = (nickname: string): string =>
  nickname.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();

/** `nickname` with the first number that makes it free, cut to the permitted length. */
export function freeVariant(nickname: string, taken: ReadonlySet<string>): string {
  for (let number = 2; ; number++) {
    const suffix = ` ${number}`;
    const variant =
      [...nickname]
        .slice(0, MAX_LENGTH - suffix.length)
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
