import { describe, expect, it } from 'vitest';
import { LESSONS } from '../course.ts';
import { faultOfLink } from './links.ts';

const own = { slug: 'fine-tuning-and-peft', headings: new Set(['lora']) };
const context = {
  course: LESSONS,
  headingsOf: (slug: string) => (slug === 'production-rag' ? new Set(['chunks']) : null),
  paths: new Set(['/lab', '/runs']),
};
const fault = (url: string) => faultOfLink(url, own, context);

describe('links of a lesson (A-6)', () => {
  it.each([
    '#lora',
    'https://arxiv.org/abs/2106.09685',
    '/courses/advanced-nlp/model-evaluation',
    '/courses/advanced-nlp/production-rag#chunks',
    '/courses/advanced-nlp/fine-tuning-and-peft#lora',
    '/tools/architecture-explorer',
    '/lab?rank=4&steps=60',
    '/runs',
  ])('%s leads somewhere', (url) => {
    expect(fault(url)).toBeNull();
  });

  it.each([
    '#qlora',
    'http://arxiv.org',
    '//arxiv.org',
    'other.md',
    'mailto:a@example.org',
    '/courses/advanced-nlp/nothing',
    '/courses/advanced-nlp/production-rag#rank',
    '/courses/advanced-nlp/model-evaluation#any',
    '/tools/abacus',
    '/lab?rank=none',
    '/live/ABCDEF',
  ])('%s does not', (url) => {
    expect(fault(url)).not.toBeNull();
  });
});
