import { describe, expect, it } from 'vitest';
import { storedBytes } from './quantise.ts';

describe('stored bytes', () => {
  it.each([
    ['fp32', 8 * 64 * 4],
    ['int8', 512 + 16 * 4],
    ['int4', 256 + 16 * 4],
    ['nf4', 256 + 8 * 4],
    ['nf4-double', 256 + 8 + 4 + 4],
  ] as const)('%s, scales included', (quantisation, bytes) => {
    expect(storedBytes([8, 64], quantisation)).toBe(bytes);
  });
});
