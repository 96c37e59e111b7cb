import { describe, expect, it } from 'vitest';
import { filled, markGeometry, markShapes, type MarkKind } from './mark.ts';

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

describe('markShapes', () => {
  const KINDS: MarkKind[] = [
    'lora',
    'full',
    'head',
    'adapter',
    'prefix',
    'p-tuning-v2',
    'ia3',
    'prompting',
  ];
  const shapes = (kind: MarkKind, small = 16) => markShapes(kind, small, 128, 100);
  const right = ({ x, width }: { x: number; width: number }) => x + width;

  it('fits the square, whatever the method', () => {
    for (const kind of KINDS)
      for (const small of [1, 8, 64, 128]) {
        const { w, trained } = shapes(kind, small);
        expect(right(w)).toBeLessThanOrEqual(100.001);
        for (const { points } of trained)
          for (const [x, y] of points)
            for (const at of [x, y]) {
              expect(at, kind).toBeGreaterThanOrEqual(-0.001);
              expect(at, kind).toBeLessThanOrEqual(100.001);
            }
      }
  });

  it('is another figure for each method', () => {
    const figures = KINDS.map((kind) => JSON.stringify(shapes(kind)));
    expect(new Set(figures).size).toBe(KINDS.length);
  });

  it('draws an adapter as a waist below W, as narrow as its bottleneck', () => {
    const { w, trained } = shapes('adapter', 32);
    const [part] = trained;
    expect(part!.box.y).toBeGreaterThan(w.height);
    const middle = part!.box.y + part!.box.height / 2;
    const [a, b] = part!.points.filter(([, y]) => Math.abs(y - middle) < 1e-9);
    expect(Math.abs(a![0] - b![0]) / w.width).toBeCloseTo(32 / 128);
  });

  it('draws a prefix as a bar in front of W, and P-Tuning v2 as one in pieces', () => {
    const bar = shapes('prefix');
    expect(bar.trained).toHaveLength(1);
    expect(right(bar.trained[0]!.box)).toBeLessThan(bar.w.x);
    expect(bar.trained[0]!.box.width / bar.w.width).toBeCloseTo(16 / 128);
    const pieces = shapes('p-tuning-v2');
    expect(pieces.w).toEqual(bar.w);
    expect(pieces.trained.length).toBeGreaterThan(1);
    for (const { box } of pieces.trained) expect(right(box)).toBeLessThan(pieces.w.x);
    pieces.trained
      .slice(1)
      .forEach(({ box }, index) =>
        expect(box.y).toBeGreaterThan(
          pieces.trained[index]!.box.y + pieces.trained[index]!.box.height,
        ),
      );
  });

  it("draws IA³'s factors as lines within W, along rows and columns", () => {
    const { w, trained } = shapes('ia3');
    expect(trained.some(({ box }) => box.width === w.width)).toBe(true);
    expect(trained.some(({ box }) => box.height === w.height)).toBe(true);
  });

  it('leaves W alone for prompting, and fills it for full fine-tuning', () => {
    expect(shapes('prompting')).toMatchObject({ w: { width: 100 }, trained: [] });
    const { w, trained } = shapes('full');
    expect(trained.map(({ box }) => box)).toEqual([w]);
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
