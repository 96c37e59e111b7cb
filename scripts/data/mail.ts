/**
 * Reads one e-mail: RFC 5322 headers, MIME parts (RFC 2045–2047) and HTML down to plain text. Enough for the
 * messages of a corpus from 2002, which break every rule; what cannot be decoded is read as it stands.
 */

export interface Mail {
  subject: string;
  /** Lines of the first readable text part. */
  body: string;
}

/** @param raw the message's bytes, one character each (latin1) */
export function parseMail(raw: string): Mail {
  const part = parsePart(raw.replace(/^From .*\n/, ''));
  return { subject: decodeWords(part.headers.get('subject') ?? ''), body: readable(part) ?? '' };
}

interface Part {
  /** Names in lower case; the first of each name counts. */
  headers: Map<string, string>;
  body: string;
}

function parsePart(raw: string): Part {
  const text = raw.replaceAll('\r\n', '\n');
  const end = text.search(/\n\n/);
  const head = (end < 0 ? text : text.slice(0, end)).replace(/\n[ \t]+/g, ' ');
  const headers = new Map<string, string>();
  for (const line of head.split('\n')) {
    const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
    if (name && !headers.has(name.toLowerCase())) headers.set(name.toLowerCase(), value!);
  }
  return { headers, body: end < 0 ? '' : text.slice(end + 2) };
}

/** Plain text before HTML, the first of its kind; null where a part holds neither. */
function readable({ headers, body }: Part): string | null {
  const type = headers.get('content-type') ?? 'text/plain';
  const kind = type.split(';')[0]!.trim().toLowerCase();
  if (kind.startsWith('multipart/')) {
    const boundary = parameter(type, 'boundary');
    if (!boundary) return toText(body, false);
    const parts = body
      .split(`--${boundary}`)
      .slice(1)
      .filter((part) => !part.startsWith('--'))
      .map((part) => parsePart(part.replace(/^\s*?\n/, '')));
    const isPlain = (part: Part) => !/html/i.test(part.headers.get('content-type') ?? '');
    const ordered = [...parts.filter(isPlain), ...parts.filter((part) => !isPlain(part))];
    return ordered.map(readable).find((text) => text?.trim()) ?? null;
  }
  if (kind !== '' && !kind.startsWith('text')) return null;
  const decoded = decodeBody(body, headers.get('content-transfer-encoding') ?? '');
  const text = decodeCharset(decoded, parameter(type, 'charset'));
  return toText(text, kind === 'text/html');
}

const parameter = (header: string, name: string): string | undefined =>
  new RegExp(`${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;]+))`, 'i').exec(header)?.slice(1).find(Boolean);

function decodeBody(body: string, encoding: string): string {
  switch (encoding.trim().toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64').toString('latin1');
    case 'quoted-printable':
      return unquote(body.replace(/[ \t]*\n/g, '\n').replace(/=\n/g, ''));
    default:
      return body;
  }
}

const unquote = (text: string): string =>
  text.replace(/=([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

function decodeCharset(bytes: string, charset = 'windows-1252'): string {
  try {
    return new TextDecoder(charset).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return bytes;
  }
}

/** Encoded words of a header: `=?iso-8859-1?Q?caf=E9?=`. */
function decodeWords(header: string): string {
  return header.replace(
    /=\?([^?]+)\?([BQ])\?([^?]*)\?=\s*/gi,
    (_, charset: string, kind: string, text: string) =>
      decodeCharset(
        kind.toUpperCase() === 'B'
          ? Buffer.from(text, 'base64').toString('latin1')
          : unquote(text.replaceAll('_', ' ')),
        charset,
      ),
  );
}

/** Some spam sends HTML as plain text. */
function toText(text: string, html: boolean): string {
  return html || /<(html|body|table|font|br|p)\b[^>]*>/i.test(text) ? htmlToText(text) : text;
}

export function htmlToText(html: string): string {
  return decodeEntities(
    html
      .replace(/<(script|style|head|title)\b[\s\S]*?<\/\1\s*>/gi, ' ')
      // Spam hides its words from filters by comments and unknown tags in their midst.
      .replace(/<!--[\s\S]*?-->|<![^>]*>/g, '')
      .replace(/\s+/g, ' ')
      .replace(/<\/?(p|div|br|tr|td|th|li|ul|ol|h[1-6]|table|center|hr|blockquote)\b[^>]*>/gi, '\n')
      .replace(/<\/?[a-z][^>]*>/gi, '')
      // A tag that the end of the part has cut.
      .replace(/<[a-z/!][^>]*$/i, ''),
  );
}

const ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  copy: '(c)',
  reg: '(r)',
  trade: '(tm)',
  bull: '*',
  middot: '*',
  ndash: '-',
  mdash: '-',
  lsquo: "'",
  rsquo: "'",
  ldquo: '"',
  rdquo: '"',
  hellip: '...',
};

function decodeEntities(text: string): string {
  return text.replace(/&(#x?[0-9a-f]+|[a-z]+);?/gi, (whole, name: string) => {
    if (name.startsWith('#')) {
      const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
      // Windows-1252 in disguise, as mail programs of the time wrote it.
      return code > 0 && code < 0x10000 ? decodeCharset(String.fromCharCode(code % 256)) : ' ';
    }
    return ENTITIES[name.toLowerCase()] ?? whole;
  });
}
