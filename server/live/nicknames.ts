/** Which nicknames a room accepts. */
import { englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity';

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
