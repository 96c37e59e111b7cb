import { describe, expect, it } from 'vitest';
import { cleanMail, withPlaceholders } from './clean-mail.ts';
import { htmlToText, parseMail } from './mail.ts';
import { dropNearDuplicates } from './near-duplicates.ts';
import { rot13 } from './rot13.ts';

const mail = (...lines: string[]) => parseMail(lines.join('\n'));

describe('parseMail', () => {
  it('unfolds and decodes the subject, and keeps the body', () => {
    const read = mail(
      'From someone Mon Sep  2 16:22:06 2002',
      'Subject: =?iso-8859-1?Q?caf=E9_and?=',
      '  =?utf-8?B?IHRlYQ==?=',
      'X-Other: no',
      '',
      'Dear all,',
      '',
      'tea at five.',
    );
    expect(read.subject.replace(/\s+/g, ' ')).toBe('café and tea');
    expect(read.body).toBe('Dear all,\n\ntea at five.');
  });

  it('decodes quoted-printable and base64 bodies in their charset', () => {
    const headers = ['Subject: s', 'Content-Type: text/plain; charset="utf-8"'];
    expect(
      mail(
        ...headers,
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'na=C3=AFve soft=',
        'ware',
      ).body,
    ).toBe('naïve software');
    const encoded = Buffer.from('naïve').toString('base64');
    expect(mail(...headers, 'Content-Transfer-Encoding: base64', '', encoded).body).toBe('naïve');
  });

  it('prefers plain text to HTML, inside nested parts too, and passes over files', () => {
    const read = mail(
      'Content-Type: multipart/mixed; boundary=outer',
      '',
      'preamble',
      '--outer',
      'Content-Type: application/octet-stream',
      '',
      'AAAA',
      '--outer',
      'Content-Type: multipart/alternative; boundary="inner"',
      '',
      '--inner',
      'Content-Type: text/html',
      '',
      '<p>as HTML</p>',
      '--inner',
      'Content-Type: text/plain',
      '',
      'as text',
      '--inner--',
      '--outer--',
    );
    expect(read.body.trim()).toBe('as text');
  });

  it('reads HTML as a person sees it', () => {
    const html =
      '<head><title>t</title></head><style>p{}</style><p>Buy&nbsp;n<!-- x -->o<font color=red>w</font> &amp; save&#33;</p><p>5 &lt; 6 &#8364;';
    expect(htmlToText(html).replace(/\s+/g, ' ').trim()).toMatch(/^Buy now & save! 5 < 6/);
  });
});

const BODY =
  'this is the text that you and I have to read in the morning, if it is not too long for us';

describe('cleanMail', () => {
  it('D-6: drops reply marks, list names, quotations, attributions and signatures', () => {
    const text = cleanMail({
      subject: 'Re: [ILUG] ADV: Re: tea (was Re: coffee)',
      body: [
        'On Mon, 2 Sep 2002, Some Body wrote:',
        '> what was quoted',
        BODY,
        '-- ',
        'Some Body, of somewhere',
      ].join('\n'),
    });
    expect(text).toBe(`tea. ${BODY}`);
  });

  it('cuts at the end of a word after 400 characters at most', () => {
    const text = cleanMail({ subject: 's', body: `${BODY} `.repeat(9) })!;
    expect(text.length).toBeLessThanOrEqual(400);
    expect(`s. ${`${BODY} `.repeat(9)}`.startsWith(`${text} `)).toBe(true);
  });

  it('leaves out what is short, foreign or explicit', () => {
    expect(cleanMail({ subject: 'tea', body: 'at five' })).toBeNull();
    expect(
      cleanMail({
        subject: 'Thé',
        body: 'Le thé est servi dans le jardin à cinq heures, venez tous '.repeat(2),
      }),
    ).toBeNull();
    expect(cleanMail({ subject: 'porn', body: BODY })).toBeNull();
    expect(cleanMail({ subject: 'tea', body: BODY })).not.toBeNull();
  });
});

describe('D-6: withPlaceholders', () => {
  it.each([
    ['write to ada.l@example.org, please', '<address>'],
    ['see http://example.com/a?b=c now', '<url>'],
    ['see www.example.com/a now', '<url>'],
    ['see example.co.uk/path now', '<url>'],
    ['call (212) 555-0199 today', '<phone>'],
    ['call +44 20 7946 0958 today', '<phone>'],
    ['call 1 - 2 1 2 - 5 5 5 - 0 1 9 9 today', '<phone>'],
    ['call 1-800-FLOWERS today', '<phone>'],
    ['live at 12 Old Mill Road with us', '<place>'],
    ['from Springfield, IL 62704 with love', '<place>'],
    ['P.O. Box 1234 is ours', '<place>'],
    ['account 12345678 is yours', '<'],
  ])('%s', (text, mark) => {
    const replaced = withPlaceholders(text);
    expect(replaced).toContain(mark);
    expect(replaced.replace(/<\w+>/g, '')).not.toMatch(/\d{3}|@|example/);
  });

  it('keeps prices, shares and years', () => {
    const text = 'only $19.95, 70% off since 2002, for 10,000 people';
    expect(withPlaceholders(text)).toBe(text);
  });
});

describe('dropNearDuplicates', () => {
  const texts = (...all: string[]) =>
    dropNearDuplicates(all.map((text) => ({ text }))).map(({ text }) => text);

  it('keeps the first of texts that differ in numbers, capitals and placeholders', () => {
    expect(
      texts('Buy 10 now at <url> today', 'BUY 12 now at <phone> today', 'something else'),
    ).toEqual(['Buy 10 now at <url> today', 'something else']);
  });

  it('keeps the first of texts that share a good part of their words in a row', () => {
    const pitch = 'learn how to earn a great deal of money from home with no work at all';
    expect(
      texts(
        `Hello. ${pitch}`,
        `Good news for you and yours! ${pitch}`,
        'tea is at five in the garden',
      ),
    ).toEqual([`Hello. ${pitch}`, 'tea is at five in the garden']);
  });
});

it('D-5: rot13 undoes itself and leaves everything but letters alone', () => {
  expect(rot13('Uryyb, Jbeyq! 42')).toBe('Hello, World! 42');
  expect(rot13(rot13('The quick brown fox'))).toBe('The quick brown fox');
});
