/**
 * From a mail to a short text that says what it is about: without headers, quotations, signatures and the marks of
 * mailing lists, which would tell ham from spam without reading, and without addresses and telephone numbers.
 */
import type { Mail } from './mail.ts';

/** Characters of a text, cut at the end of a word. */
export const LONGEST = 400;
const SHORTEST = 60;

/** @returns null for a message that is too short, not English, or not fit for a classroom */
export function cleanMail({ subject, body }: Mail): string | null {
  const text = cut(
    collapse(
      withPlaceholders(`${collapse(cleanSubject(plain(subject)))}. ${cleanBody(plain(body))}`),
    ).replace(/^[\s.[]+/, ''),
  );
  return text.length >= SHORTEST && isEnglish(text) && !isExplicit(text) ? text : null;
}

/** ASCII punctuation; no control characters and no invisible ones. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[‘’‚‛´`]/g, "'")
    .replace(/[“”„«»]/g, '"')
    .replace(/[‐-―−]/g, '-')
    .replace(/[•·▪◦]/g, '*')
    .replaceAll('…', '...')
    .replace(/\p{Cf}/gu, '')
    .replace(/[^\P{C}\n]/gu, ' ');
}

/** Reply marks, list names in brackets and the label ADV: tell the class before the text does. */
function cleanSubject(subject: string): string {
  return subject
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\(was:? .*$/i, '')
    .replace(/^(\s*(re|fwd?|aw|sv|adv)\b\s*(\[\d+\])?[:.]?(?=[\s:]|$))+/i, '')
    .replace(/^\s*(re|fwd?|aw|adv)\s*:/i, '');
}

const CUTS = [
  /^--\s*$/m,
  /^-{2,}\s*(original|forwarded) message/im,
  /^-----BEGIN PGP SIGNATURE/m,
  /^_{20,}\s*$/m,
  /this sf\.net email is sponsored by/i,
  /-* ?yahoo! groups sponsor/i,
];
const LINES_OUT = [
  /^\s*[>|:}]/,
  /^\s*-----BEGIN PGP SIGNED MESSAGE/,
  /^\s*Hash: \w+\s*$/,
  /^\s*(URL|Date|From|To|Cc|Subject|Sent|Reply-To|Message-ID|Content-[\w-]+|MIME-Version|X-[\w-]+):/i,
  /^.{0,120}\b(wrote|writes|said|says|posted)\b[^a-z]*$/i,
  /^\s*quoting .{0,100}:\s*$/i,
  /^\s*(on|at) .{0,60}\d{1,2}.{0,60}\d{4}\b.*[,:]?\s*$/i,
  /^[\s\W_]*$/,
];

function cleanBody(body: string): string {
  const ends = CUTS.map((pattern) => body.search(pattern)).filter((at) => at >= 0);
  return body
    .slice(0, Math.min(body.length, ...ends))
    .split('\n')
    .filter((line) => !LINES_OUT.some((pattern) => pattern.test(line)))
    .join('\n');
}

const STREET =
  'street|st|avenue|ave|road|rd|boulevard|blvd|drive|dr|lane|ln|suite|highway|hwy|place|court|square|terrace|parkway|pkwy|plaza';
const STATES =
  'A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]';
const PHONE = ' <phone> ';
const TOLL_FREE = /^1?[-. ]?\(?8/;
const PLACEHOLDERS: readonly [RegExp, string][] = [
  [/<[^<>\s]+@[^<>\s]+>|\bmailto:\S+/gi, ' <address> '],
  [/[^\s<>()"',;:]+\s?@\s?[\w-]+(\.[\w-]+)*/g, ' <address> '],
  [/<?\b(https?|ftp|file|news):\s*\/?\/?[^\s<>"]*>?/gi, ' <url> '],
  [/\bwww\.[^\s<>"]+/gi, ' <url> '],
  [
    /\b[\w-]+(\.[\w-]+)*\.(com|net|org|edu|gov|info|biz|ie|uk|de|jp|cn|us|ca|tv|to|cc|ws)\b[^\s<>",;)]*/gi,
    ' <url> ',
  ],
  [/\bP\.?\s?O\.?\s*Box\s*#?\s*[\w-]+/gi, ' <place> '],
  [
    new RegExp(
      `\\b\\d+[\\w-]*\\s+([NSEW]\\.?\\s+)?([A-Z0-9][\\w'.]*\\s+){1,4}(${STREET})\\b\\.?(\\s*#?\\d+)?`,
      'gi',
    ),
    ' <place> ',
  ],
  [
    new RegExp(
      `([A-Z][a-z]+\\s+){0,2}[A-Z][a-z]+,?\\s+(${STATES})\\.?,?\\s+\\d{5}(-\\d{4})?\\b`,
      'g',
    ),
    ' <place> ',
  ],
  [/\b\d{1,4}[-/]\d{1,2}[-/]\d{2,4}\b/g, ' <date> '],
  // Seven digits or more, in groups as people write telephone numbers.
  [/(?<![\w.$])\+?\(?\d{1,4}\)?(?:\s{0,2}[-./()]?\s{0,2}\d{2,5}){1,5}(?!\w|[.,]\d)/g, PHONE],
  // Spelt out digit by digit.
  [/\b\d(?:[ -]{1,3}\d){6,}\b/g, PHONE],
  [/\b1?[-. ]?\(?8(00|77|88|66)\)?[-. ]?[A-Z\d]{3,}(-[A-Z\d]+)*/gi, PHONE],
  [/\d{5,}/g, ' <number> '],
  // What the corpus's makers put in the place of their own names.
  [/\b(zzzz|yyyy)\w*/gi, ' <name> '],
];

export function withPlaceholders(text: string): string {
  return PLACEHOLDERS.reduce(
    (replaced, [pattern, mark]) =>
      replaced.replace(pattern, (found: string) =>
        mark === PHONE && found.replace(/\D/g, '').length < 7 && !TOLL_FREE.test(found)
          ? found
          : mark,
      ),
    text,
  ).replaceAll('@', ' at ');
}

function collapse(text: string): string {
  return text
    .replace(/([^\w\s<>])\1{2,}/g, '$1$1$1')
    .replace(/\s+/g, ' ')
    .replace(/(<\w+>)( \1)+/g, '$1')
    .replace(/ ([.,;:!?])/g, '$1')
    .trim();
}

const cut = (text: string): string =>
  text.length <= LONGEST ? text : text.slice(0, LONGEST + 1).replace(/\s\S*$/, '');

const COMMON = new Set(
  'the and to of a in is you for it this i we your on with that be are have not or if from can will my as at by an'.split(
    ' ',
  ),
);

/** Common English words make up a sixth of it at least, and nearly all letters are English ones. */
function isEnglish(text: string): boolean {
  const words = text.toLowerCase().match(/[a-z']+/g) ?? [];
  const share = words.filter((word) => COMMON.has(word)).length / Math.max(1, words.length);
  const foreign = [...text].filter((character) => character > '~').length / text.length;
  return share > 1 / 6 && foreign < 0.02;
}

/** Messages that a class should not have to read. */
const EXPLICIT =
  /sex|porn|xxx|erot|erect|nude|naked|penis|orgas|orgy|horny|adult|viagra|libido|breast|slut|whore|bitch|fuck|shit|cunt|dick\b|cock\b|cum\b|teen|incest|lolita|rape|hardcore|hard-core|nipple|vagin|masturb|fetish|bestial|nigger|faggot|bastard|asshole|\bass\b|lesbian|\bgay|voyeur|webcam|bukkake|escort|girls|\bpenile|enlarge|impoten|endowed|thickness|in bed\b/i;

const isExplicit = (text: string): boolean => EXPLICIT.test(text);
