import { describe, expect, it } from 'vitest';
import { filled, markGeometry } from './mark.ts';

describe('markGeometry', () => {
  it('draws the strips in the proportion of rank to width', () => {
    const { w, a, b } = markGeometry(16, 128, 100);
    expect(b.width / w.width).toBeCloseTo(16 / 128);
    expect(a.height / w.height).toBeCloseTo(16 / 128);
    expect(b.height).toBe(w.height);
    expect(a.width).toBe(w.width);
  });

  it('fits the square at every rank', () => {
    for (const rank of [1, 8, 64, 128]) {
      const { a, b } = markGeometry(rank, 128, 100);
      expect(b.x + b.width).toBeCloseTo(100);
      expect(a.y + a.height).toBeCloseTo(100);
    }
  });

  it('keeps a rank of 1 visible', () => {
    const { w, b } = markGeometry(1, 4096, 100);
    expect(b.width).toBeGreaterThanOrEqual(w.width * 0.02);
  });
});

describe('filled', () => {
  it('fills a lying strip from the left and a standing one from the bottom', () => {
    expect(filled({ x: 0, y: 0, width: 100, height: 10 }, 0.25)).toMatchObject({ x: 0, width: 25 });
    expect(filled({ x: 0, y: 0, width: 10, height: 100 }, 0.25)).toMatchObject({
      y: 75,
      height: 25,
    });
  });

  it('holds progress between nothing and all', () => {
    expect(filled({ x: 0, y: 0, width: 100, height: 10 }, 3).width).toBe(100);
    expect(filled({ x: 0, y: 0, width: 100, height: 10 }, -1).width).toBe(0);
  });
});
