import { describe, expect, it } from 'vitest';
import type { OtherSessions } from '../engine/train/count.ts';
import type { SeenMemory } from '../engine/train/events.ts';
import { describeUnseen, explainDifference } from './seen-words.ts';

const seen = (tensors: number, staging = 0, uniforms = 0): SeenMemory => {
  const peak = tensors + staging + uniforms;
  return { live: peak, peak, atPeak: { tensors, staging, uniforms } };
};
const others: OtherSessions = {
  weights: 5_300_000,
  activations: 1_800_000,
  largest: 'evaluation',
};

describe('what was seen, in words (L-21)', () => {
  it('says nothing where seen and counted are within a tenth', () => {
    expect(explainDifference(1_000_000, seen(1_100_000), others)).toBeNull();
    expect(explainDifference(1_000_000, seen(900_000), others)).toBeNull();
  });

  it('takes the difference apart: the weights of evaluation, then the pool, which is the rest', () => {
    expect(explainDifference(8_200_000, seen(17_500_000), others)).toBe(
      "Seen is 9.3 MB more than counted (113 %): 5.3 MB are the weights once more, since evaluation and whatever else is no training step has sessions of its own; the other 4.0 MB are ONNX Runtime's pool, which rounds most buffers up to powers of two and keeps freed ones, those of evaluation (1.8 MB counted) among them.",
    );
  });

  it('names copies and uniforms where there are enough of them', () => {
    const small = { weights: 0, activations: 0, largest: null };
    expect(explainDifference(1_000_000, seen(1_100_000, 200_000, 50_000), small)).toContain(
      '250 kB are numbers on their way to the GPU or back; the other 100 kB are',
    );
    expect(explainDifference(1_000_000, seen(2_000_000, 0, 3000), small)).not.toContain('way to');
  });

  it('has parts that sum to the difference, whatever they are', () => {
    const bytes = (text: string) =>
      [...text.matchAll(/([\d.]+) MB are/g)].reduce((sum, [, value]) => sum + Number(value), 0);
    const sentence = explainDifference(10_000_000, seen(20_000_000, 3_000_000), others)!;
    expect(bytes(sentence)).toBeCloseTo(13, 5);
  });

  it('names no pool where the other sessions explain everything', () => {
    expect(explainDifference(8_200_000, seen(13_500_000), others)).not.toContain('pool');
  });

  it('says what counting leaves out where less is seen', () => {
    expect(explainDifference(1_000_000, seen(500_000), others)).toMatch(
      /^Seen is 500 kB less than counted: ONNX Runtime joins operations/,
    );
  });

  it('says why nothing is seen', () => {
    const wasm = { backend: 'wasm', threads: 2, reason: '' } as const;
    const gpu = { backend: 'webgpu', threads: 1, reason: '' } as const;
    expect(describeUnseen(wasm, null)).toContain('Counted only');
    expect(describeUnseen(gpu, null)).toContain('during a run');
    expect(describeUnseen(gpu, seen(1))).toBeNull();
    expect(describeUnseen(null, null)).toBeNull();
  });
});
