import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { NicknameSchema } from '../../src/lib/live/protocol.ts';
import { ADJECTIVES, NOUNS } from '../../src/lib/live/nickname-words.ts';
import { nicknameKey } from './lookalikes.ts';
import { isOffensive } from './offensive.ts';
import { MAX_SEATS } from './seats.ts';

/** Names that people have, those first that a list of forbidden words would refuse. */
const PEOPLE = `
  Dikshit, Shitole, Shiting, Ng Shi Ting, Scunthorpe, Penistone, Cockburn, Hancock, Hitchcock, Dick Bruna, Dickson
  Dickinson, Cumming, Cumberbatch, Cumhur, Cuma, Kuntz, Cunha, Titus, Cassandra, Assia, Hassan, Bassam, Glasscock
  Analía, Semenov, Arsène, Fagan, Faggioli, Slutsky, Luca Negro, Niggli, Niggemeier, Nazim, Ashkenazi, Gay, Dyke
  Van Dyke, Twatt, Pornchai, Siriporn, Supaporn, Porntip, Rapeepat, Takeshita, Matsushita, Fukuda, Fukui, Sukanya
  Kike, Bastian, Bastardo, Wanka, Coon, Boob, Sexton, Essex, Heil, Fu, Fuk, Đặng, Nguyễn, Phúc, Phuc, Dũng, Bich
  Ngô Thị Bích, Ó Briain, Aoife, Siobhán, Fatima, O'Connor, D’Angelo, 't Hooft, ʻAulani, Mary-Jane, Jean-Luc P.
  Gal·la, Jiří, Łukasz, Søren, José Ñandú, İpek, Ğülşen, Þór, Zoë-2, Ελένη, Тит, Александр, Өмірбек, Арсений, Хуан
  სანდრო, Արամ, محمد, علی‌رضا, עידן, ג׳ורג׳, प्रिया, ශ්‍රී, ประภัสสร, தமிழ்ச்செல்வி, മഞ്ജു, ཚེ་རིང, 王伟, 让·保罗, さくら
  ジョン・スミス, 김민준, Person 455, 2010, 4 5 5, Ada 1337`;

const OFFENSIVE = `
  fuck, FUCK, Fuuuuck, fvck, fück, fuckface 7, f u c k, f.u.c.k, F-U-C-K, fu ck, fu_ck you, fuсk, ｆｕｃｋ, 𝖋𝖚𝖈𝖐, ꜰᴜᴄᴋ
  f\u0301uck, f\u200buck, fu\u00adck, fuc\u2060k, ﬀuck, ғuck, sh1t, 5hit, b1tch, 8itch, a55, a55hole, 4sshole, c0ck, d1ck
  d i c k, big dick, p0rn, n1gg3r, ni99er, niqqer, n i g g e r, c u n t, cvnt, pen1s, wh0re, f4g, Hitler, H1tler 88
  puta, Hurensohn, merda, kurwa, сука, хуй, пиздец, चूतिया, 傻逼, 씨발, شرموطة`;

const namesIn = (list: string) =>
  list
    .split(/[,\n]/)
    .map((name) => name.trim())
    .filter(Boolean);

describe('I-9: nicknames', () => {
  const read = (name: string) => v.safeParse(NicknameSchema, name);

  it('take the names of people', () => {
    const refused = namesIn(PEOPLE).filter((name) => !read(name).success || isOffensive(name));
    expect(refused).toEqual([]);
  });

  it('refuse what a class should not have to read, however it is written', () => {
    const slipped = namesIn(OFFENSIVE).filter((name) => {
      const tidied = read(name);
      return tidied.success && !isOffensive(tidied.output);
    });
    expect(slipped).toEqual([]);
  });

  it('that look the same are one', () => {
    for (const [one, other] of [
      ['Ada', 'АDА'],
      ['Ada', ' ada '],
      ['Ada', 'Ａda'],
      ['Ada', 'A\u200bda'],
      ['Ada', 'Ada\uFE0F'],
      ['Ada L.', 'Ada\u00a0 L.'],
      ["O'Neil", 'O’Neil'],
      ['Вова', 'ВОВА'],
      ['José', 'Jose\u0301'],
      ['Nick', 'Νiсk'],
    ] as const)
      expect(nicknameKey(other), other).toBe(nicknameKey(one));
    for (const [one, other] of [
      ['Dũng', 'Dung'],
      ['José', 'Jose'],
      ['Ян', 'Ян 2'],
    ] as const)
      expect(nicknameKey(other)).not.toBe(nicknameKey(one));
  });

  it('hold nothing that cannot be seen, and no stack of marks', () => {
    expect(v.parse(NicknameSchema, 'A\u202Ed\u200Ba')).toBe('Ada');
    expect(v.parse(NicknameSchema, 'علی\u200cرضا')).toBe('علی\u200cرضا');
    for (const blank of [
      '\u3164',
      '\u200b',
      '\u2800',
      '\u115f\u1160',
      'x\u0300\u0301\u0302\u0303\u0304',
    ])
      expect(read(blank).success).toBe(false);
  });
});

it('I-8: every pair of the generator is a nickname, none is offensive, and there are enough', () => {
  const pairs = ADJECTIVES.flatMap((adjective) => NOUNS.map((noun) => `${adjective} ${noun}`));
  expect(new Set(pairs.map(nicknameKey)).size).toBe(pairs.length);
  expect(pairs.length).toBeGreaterThan(2 * MAX_SEATS);
  expect(pairs.filter((pair) => !v.is(NicknameSchema, pair) || isOffensive(pair))).toEqual([]);
});
