/** What a nickname is made of: the writing of any language, and nothing that cannot be seen. */

export const MAX_NICKNAME = 24;

/** Scripts in which a zero-width joiner or non-joiner inside a word is spelling. */
const JOINING = ['Arab', 'Beng', 'Deva', 'Gujr', 'Guru', 'Knda', 'Mlym', 'Orya', 'Sinh', 'Syrc']
  .concat('Taml', 'Telu')
  .map((script) => `\\p{sc=${script}}`)
  .join('');
const INVISIBLE = new RegExp(
  `(?!(?<=[${JOINING}]\\p{M}*)[\\u200C\\u200D](?=[${JOINING}]))\\p{Default_Ignorable_Code_Point}`,
  'gu',
);

/**
 * A letter, a digit or an apostrophe first, so that no spreadsheet reads a formula. Five marks on one letter
 * stand in no language, and run over the lines above.
 */
export const NICKNAME =
  /^(?!.*\p{M}{5})['’‘]?[\p{L}\p{N}](?:[\p{L}\p{N}\p{M} ._'’‘\u05F3\u05F4\u0F0B·・‐-]|\u200C|\u200D)*$/u;

/** One form for equal names, without characters that nobody sees, and with single spaces. */
export const tidyNickname = (typed: string): string =>
  typed
    .normalize('NFC')
    .replace(INVISIBLE, '')
    .replace(/\p{Zs}+/gu, ' ')
    .trim();
