import { describe, expect, it } from 'vitest';
import { indexWords, search, type SearchEntry } from './search.ts';

const entry = (title: string, words: string, tags = ''): SearchEntry => ({
  kind: 'section',
  href: `#${title}`,
  title,
  place: '',
  tags,
  words: indexWords(words),
});
const ENTRIES = [
  entry('LoRA', 'Rank, alpha and target modules such as q_proj; merging.'),
  entry('QLoRA', 'NF4, double quantisation; the adapter is LoRA.'),
  entry('Evaluating', 'Seeds and spread, naïve baselines.', 'contamination'),
];
const titles = (query: string) => search(ENTRIES, query).map(({ title }) => title);

describe('search (A-12)', () => {
  it('finds by every word of the query, whole or begun, and ranks titles first', () => {
    expect(titles('lora')).toEqual(['LoRA', 'QLoRA']);
    expect(titles('quant adap')).toEqual(['QLoRA']);
    expect(titles('rank nf4')).toEqual([]);
    expect(titles('conta')).toEqual(['Evaluating']);
  });

  it('reads words without case and accents, and parts of names', () => {
    expect(titles('NAIVE')).toEqual(['Evaluating']);
    expect(titles('q_proj')).toEqual(['LoRA']);
    expect(titles('proj')).toEqual(['LoRA']);
  });

  it('reads a question as its telling words, and a lone common word as what begins with it', () => {
    expect(titles('how to merg')).toEqual(['LoRA']);
    expect(titles('What is a rank?')).toEqual(['LoRA']);
    expect(titles('how does the NF4 quantisation do')).toEqual(['QLoRA']);
    expect(titles('e')).toEqual(['Evaluating']);
    expect(titles('the')).toEqual([]);
  });

  it('finds nothing for nothing', () => {
    expect(titles('  . ')).toEqual([]);
  });

  it('keeps each word once, in order, and leaves out what stands everywhere', () => {
    expect(indexWords('The rank is the rank of a matrix')).toBe('matrix rank');
  });
});
