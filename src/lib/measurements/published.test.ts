import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adaptationBytes } from './adaptation-memory.ts';
import { compareMemory, PUBLISHED_MEMORY } from './published-memory.ts';
import { PUBLISHED_SETS } from './published.ts';

interface Reference {
  key: string;
  url: string;
}
const references = JSON.parse(
  readFileSync(new URL('../content/references.json', import.meta.url), 'utf8'),
) as Reference[];

describe('published figures (N-10)', () => {
  const citations = [...PUBLISHED_SETS, ...PUBLISHED_MEMORY].map(({ citation }) => citation);

  it('are cited: each source is a reference of the lessons, with its place there', () => {
    for (const { key, url, at, short } of citations) {
      expect(references.find((one) => one.key === key)?.url, key).toBe(url);
      expect([at, short].every((text) => text.length > 0)).toBe(true);
    }
  });

  it('have the seconds of a step as the source’s own intervals sum to', () => {
    const lora = PUBLISHED_SETS.find(({ id }) => id === 'peft-2025')!.points.find(
      ({ id }) => id === 'lora-r-32-q-v',
    )!;
    expect(lora.stepSeconds).toBeCloseTo(619.3 / 5000, 4);
  });

  it('say of an estimate that it is one, and of which version of a page', () => {
    const estimates = PUBLISHED_MEMORY.filter(({ citation }) => citation.key === 'llama-factory');
    for (const { kind, citation } of estimates) {
      expect(kind).toBe('estimated');
      expect(citation.at).toMatch(/2025.*estimated/);
    }
  });

  it('have a point for full fine-tuning in every set, and shares that are shares', () => {
    for (const { id, points } of PUBLISHED_SETS) {
      expect(
        points.filter(({ method }) => method === 'full'),
        id,
      ).toHaveLength(1);
      expect(new Set(points.map((point) => point.id)).size, id).toBe(points.length);
      for (const { score, trainableShare } of points) {
        expect(score > 0 && score < 1).toBe(true);
        expect(trainableShare > 0 && trainableShare <= 1).toBe(true);
      }
    }
  });
});

describe('the memory count beside published figures of 7B (N-13)', () => {
  const comparisons = PUBLISHED_MEMORY.map(compareMemory);

  it.each(comparisons.map((comparison) => [comparison.published.id, comparison] as const))(
    '%s: count, causes and remainder are the published bytes, and the remainder is within its bound',
    (_id, { published, counted, causes, remainder }) => {
      const sum = causes.reduce((total, { bytes }) => total + bytes, counted + remainder);
      expect(sum).toBeCloseTo(published.bytes, 0);
      expect(Math.abs(remainder) / published.bytes).toBeLessThan(published.bound);
      expect(published.remainder).toMatch(/\.$/);
    },
  );

  it('has no cause that takes up what the count leaves open', () => {
    for (const { published, count, causes } of comparisons) {
      const more = { ...count.memory, quantised: count.memory.quantised + 1e9 };
      expect(published.causes({ ...count, memory: more }, published.shape), published.id).toEqual(
        causes,
      );
    }
  });

  it('leaves nearly half of torchtune’s QLoRA open, and says which guess is ours', () => {
    const { published, remainder } = comparisons.find(
      (one) => one.published.id === 'qlora-torchtune',
    )!;
    expect(remainder / published.bytes).toBeGreaterThan(0.4);
    expect(published.remainder).toMatch(/does not say what it is; we think/);
  });

  it('has full fine-tuning, LoRA and QLoRA, each with two sources', () => {
    for (const adapted of ['Full fine-tuning', 'LoRA', 'QLoRA'])
      expect(
        PUBLISHED_MEMORY.filter((one) => one.adapted === adapted).length,
        adapted,
      ).toBeGreaterThanOrEqual(2);
  });

  it('counts sixteen bytes a parameter for full fine-tuning, as ZeRO does', () => {
    const { count } = comparisons.find(({ published }) => published.id === 'full-zero')!;
    const { memory, parameters } = count;
    expect((adaptationBytes(memory) - memory.activations) / parameters).toBeCloseTo(16, 3);
  });
});
