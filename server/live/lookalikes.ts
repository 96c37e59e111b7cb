/** Letters of different alphabets that look the same on a projector, read as one. */

/** Compared in lower case, where some only look alike as capitals: В and B, Н and H. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  a: 'аαɑᴀ',
  b: 'вβʙ',
  c: 'сᴄ',
  d: 'ԁᴅ',
  e: 'еεєᴇ',
  f: 'ғꜰ',
  g: 'ɡɢ',
  h: 'нηһʜ',
  i: 'іιıɪ',
  j: 'јᴊ',
  k: 'кκқᴋ',
  l: 'ʟ',
  m: 'мμᴍ',
  n: 'νɴ',
  o: 'оοᴏ',
  p: 'рρᴘ',
  q: 'ԛ',
  r: 'ʀ',
  s: 'ѕꜱ',
  t: 'тτᴛ',
  u: 'ᴜ',
  v: 'ᴠ',
  w: 'ԝᴡ',
  x: 'хχ',
  y: 'уυʏ',
  z: 'ζᴢ',
};
const LATIN = new Map(
  Object.entries(LOOKALIKES).flatMap(([latin, others]) =>
    [...others].map((other) => [other, latin] as const),
  ),
);
const latin = (text: string) =>
  text.replace(/[^\0-\x7f]/gu, (letter) => LATIN.get(letter) ?? letter);

/** Nicknames that look the same have the same key. Letters with a mark stay apart from those without: Dũng is not Dung. */
export const nicknameKey = (nickname: string): string =>
  latin(
    nickname
      .normalize('NFKC')
      .toLowerCase()
      .replace(/\p{Default_Ignorable_Code_Point}/gu, ''),
  )
    .replace(/[’‘]/g, "'")
    .replace(/[‐·・]/g, (mark) => (mark === '‐' ? '-' : '·'))
    .replace(/\s+/g, ' ')
    .trim();

/** As a key, and without the marks of Latin, Cyrillic and Greek letters: one who disguises a word adds them freely. */
export const foldLookalikes = (text: string): string =>
  latin(
    nicknameKey(text)
      .normalize('NFKD')
      .replace(/(?<=[\p{sc=Latn}\p{sc=Cyrl}\p{sc=Grek}]\p{M}*)\p{M}/gu, ''),
  ).replace(/[øð]/g, (letter) => (letter === 'ø' ? 'o' : 'd'));
