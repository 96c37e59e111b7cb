import { describe, expect, it } from 'vitest';
import { parseJson, parseReferences } from './json.ts';

const reference = (changes: object = {}) => ({
  key: 'a-2021',
  authors: 'A.',
  year: 2021,
  title: 'T',
  venue: 'V',
  url: 'https://example.org',
  ...changes,
});
const faultsOf = (work: () => unknown): string[] => {
  try {
    work();
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  return [];
};
const references = (...list: object[]) =>
  faultsOf(() => parseReferences(JSON.stringify(list, null, 2), 'references.json'));

describe('JSON that lessons rest on (A-6)', () => {
  it('is read', () => {
    expect(parseReferences(JSON.stringify([reference()]), 'f')).toEqual([reference()]);
  });

  it('that is none has its line and column', () => {
    expect(faultsOf(() => parseJson('{\n  "a": 1,\n  b\n}', 'methods.json'))[0]).toMatch(
      /^methods\.json:3:3 .+\.$/,
    );
    expect(faultsOf(() => parseJson('[\n1,', 'methods.json'))[0]).toMatch(/^methods\.json:2:3 /);
    expect(faultsOf(() => parseReferences('[', 'references.json'))[0]).toMatch(
      /^references\.json:1:2 /,
    );
  });

  it('names every fault of a reference where it stands', () => {
    const { venue: _, ...incomplete } = reference({ key: 'b' });
    const found = references(reference({ year: '2021', url: 'http://x.org' }), incomplete);
    expect(found.map((line) => line.split(' ')[0])).toEqual([
      'references.json:5:13',
      'references.json:8:12',
      'references.json:10:3',
    ]);
    expect(found[0]).toContain('0.year');
    expect(found[2]).toContain('venue');
  });

  it('has each key of a reference once', () => {
    expect(references(reference(), reference())).toEqual([
      'references.json:11:12 The key a-2021 is used twice.',
    ]);
  });
});
