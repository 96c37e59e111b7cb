import { describe, expect, it } from 'vitest';
import { linear, path, thin, ticks } from './plot.ts';
import { makeUuid } from './uuid.ts';

describe('plot', () => {
  it('maps domains onto ranges, upside down too', () => {
    const y = linear([0, 2], [100, 0]);
    expect(y(0)).toBe(100);
    expect(y(1)).toBe(50);
    expect(linear([3, 3], [5, 9])(3)).toBe(5);
  });

  it('ticks at round numbers', () => {
    expect(ticks([0, 2.6], 4)).toEqual([0, 1, 2]);
    expect(ticks([0, 0.5], 5)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(ticks([1, 1], 5)).toEqual([1]);
  });

  it('breaks the line at a loss that is not a number', () => {
    const scale = linear([0, 10], [0, 10]);
    const points = [
      { x: 0, y: 1 },
      { x: 1, y: Number.NaN },
      { x: 2, y: 3 },
    ];
    expect(path(points, scale, scale)).toBe('M0.0 1.0M2.0 3.0');
  });

  it('thins by means and keeps short series', () => {
    const points = Array.from({ length: 100 }, (_, x) => ({ x, y: x }));
    const thinned = thin(points, 10);
    expect(thinned).toHaveLength(10);
    expect(thinned[0]).toEqual({ x: 4.5, y: 4.5 });
    expect(thin(points, 100)).toBe(points);
  });
});

describe('makeUuid', () => {
  it('is a version 4 UUID', () => {
    expect(makeUuid()).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(makeUuid()).not.toBe(makeUuid());
  });
});
