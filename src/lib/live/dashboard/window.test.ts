import { describe, expect, it } from 'vitest';
import { columnsIn, destination, indexesToDraw, rowsOf, scrollTo, spanInView } from './window.ts';

const GRID = { columns: 5, rowHeight: 104, count: 1000 };

describe('a window on the tiles (H-5)', () => {
  it('fills the width with tiles of at least the least width', () => {
    expect(columnsIn(840, 160, 8)).toBe(5);
    expect(columnsIn(831, 160, 8)).toBe(4);
    expect(columnsIn(100, 160, 8)).toBe(1);
    expect(rowsOf({ count: 1000, columns: 3 })).toBe(334);
  });

  it('draws what is in view and a row beyond, wherever it is scrolled to', () => {
    expect(spanInView(GRID, 0, 600)).toEqual({ first: 0, end: 35 });
    expect(spanInView(GRID, 10_400, 600)).toEqual({ first: 495, end: 535 });
    expect(spanInView(GRID, 20_800 - 600, 600)).toEqual({ first: 965, end: 1000 });
    for (let top = 0; top < 20_800; top += 37) {
      const { first, end } = spanInView(GRID, top, 600);
      expect(end - first).toBeLessThanOrEqual(45);
      expect(first).toBeLessThanOrEqual(Math.floor(top / 104) * 5);
      expect(end).toBeGreaterThanOrEqual(Math.min(1000, Math.ceil((top + 600) / 104) * 5));
    }
  });

  it('is empty for an empty class, and shows the end when the class has shrunk above it', () => {
    expect(indexesToDraw(spanInView({ ...GRID, count: 0 }, 0, 600), null)).toEqual([]);
    expect(indexesToDraw(spanInView({ ...GRID, count: 3 }, 5000, 600), null)).toEqual([2]);
  });

  it('keeps the tile with the focus, in its place in the order', () => {
    expect(indexesToDraw({ first: 5, end: 8 }, null)).toEqual([5, 6, 7]);
    expect(indexesToDraw({ first: 5, end: 8 }, 6)).toEqual([5, 6, 7]);
    expect(indexesToDraw({ first: 5, end: 8 }, 1)).toEqual([1, 5, 6, 7]);
    expect(indexesToDraw({ first: 5, end: 8 }, 900)).toEqual([5, 6, 7, 900]);
  });

  it('leads arrow keys to neighbours and stops at the edges', () => {
    expect(destination('ArrowRight', 4, GRID)).toBe(5);
    expect(destination('ArrowDown', 4, GRID)).toBe(9);
    expect(destination('ArrowUp', 4, GRID)).toBeNull();
    expect(destination('ArrowLeft', 0, GRID)).toBeNull();
    expect(destination('End', 4, GRID)).toBe(999);
    expect(destination('Home', 999, GRID)).toBe(0);
    expect(destination('Enter', 4, GRID)).toBeNull();
  });

  it('scrolls no further than needed', () => {
    expect(scrollTo(0, GRID, 500, 600)).toBe(0);
    expect(scrollTo(5, GRID, 50, 600)).toBe(50);
    expect(scrollTo(999, GRID, 0, 600)).toBe(199 * 104 + 104 - 600);
  });
});
