/**
 * Which nicknames a class should not have to read. Three lists, because a list of words alone refuses people:
 * Dickinson, Siriporn, Bích and Fukuda are names, and a person whose name is refused cannot join under it.
 * What gets through by being rare or clever, the host renames or removes.
 */
import { foldLookalikes } from './lookalikes.ts';

const listed = (words: string) => words.trim().split(/\s+/);

/** Parts of words that stand in no name. */
const WITHIN = listed(`
  fuck phuck fukyou fuckyou motherf nigger nigga faggot bitch biatch asshole arsehole dumbass jackass
  bullshit shithead dickhead dickface bigdick mydick smalldick suckmy cocksuck blowjob handjob cumshot
  gangbang masturbat pornhub pornstar vagina whore wanker tosser cuntface hitler siegheil pedophil
  paedophil killyourself hurensohn arschloch wichser fotze schlampe scheisse scheiße putain connard
  salope encule pendejo mierda hijodeputa caralho stronz puttana vaffanculo kurwa orospu siktir
  madarchod bhenchod bhosdi хуй хуе пизд блядь ебать ебан мудак चूतिया मादरचोद شرموط كسمك 傻逼 操你 草泥马 肏 씨발
  병신 死ね`);

/** Whole words that are nobody's name. */
const WORDS = listed(`
  ass asses anus arse bastard cock cocks cum cunt cunts dicks dildo fag fags fuq fck jizz nazi nazis
  penis porno pussy rape rapist sex sexy shit shits shitty shite slut sluts spic tit tits boobs tranny
  twat turd wank retard retarded puta puto merda merde cazzo сука`);

/** Names as they stand; with digits for letters or spelled out letter by letter they are meant otherwise. */
const DISGUISED = listed('anal boob chink dick fuk kike kys negro nig pedo porn');

/** What is written for a letter. */
const WRITTEN: Readonly<Record<string, string>> = {
  a: '[a4]',
  b: '[b8]',
  e: '[e3]',
  g: '[g9q6]',
  i: '[i1l]',
  l: '[l1i]',
  o: '[o0]',
  s: '[s5]',
  t: '[t7]',
  u: '[uv]',
};
const written = (term: string, times = '') =>
  [...foldLookalikes(term)].map((letter) => `${WRITTEN[letter] ?? letter}${times}`).join('');

const anywhere = new RegExp(WITHIN.map((term) => written(term, '+')).join('|'), 'u');
const whole = (terms: string[]) =>
  new RegExp(`^(?:${terms.map((t) => written(t)).join('|')})$`, 'u');
const word = whole(WORDS);
const joined = whole(WITHIN);
const disguised = whole([...DISGUISED, ...WORDS]);

/** Two of a letter may be spelling; more are emphasis. Digits behind a word only number it. */
const plain = (part: string) =>
  part.replace(/(\p{L})\1{2,}/gu, '$1').replace(/(?<=\p{L})\d+$/u, '');
const hasLetter = (part: string) => /\p{L}/u.test(part);
const hasDigitInside = (part: string) => /\d\p{L}/u.test(part);

export function isOffensive(nickname: string): boolean {
  const folded = foldLookalikes(nickname);
  const parts = folded.split(/[^\p{L}\p{N}\p{M}]+/u).filter(Boolean);
  return parts.some(isOffensiveWord) || isSpelledOut(parts);
}

function isOffensiveWord(part: string): boolean {
  // 455 is a number.
  if (!hasLetter(part)) return false;
  if (anywhere.test(part)) return true;
  const bare = plain(part);
  return (
    [part, bare].some((form) => word.test(form)) || (hasDigitInside(part) && disguised.test(bare))
  );
}

/** `fu ck`, `d i c k`: words that only together make one. */
function isSpelledOut(parts: readonly string[]): boolean {
  for (let from = 0; from < parts.length; from++)
    for (let to = from + 2; to <= parts.length; to++) {
      const run = parts.slice(from, to);
      if (!run.some(hasLetter)) continue;
      const text = run.join('');
      const letters = run.every((part) => part.length === 1);
      if (letters && run.length > 2 && (anywhere.test(text) || disguised.test(text))) return true;
      if (joined.test(text)) return true;
    }
  return false;
}
