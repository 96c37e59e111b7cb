import { describe, expect, it } from 'vitest';
import { contourLines, placeLabels } from './contours.ts';

const grid = (rows: number, columns: number, value: (x: number, y: number) => number) =>
  Float64Array.from({ length: rows * columns }, (_, index) =>
    value(index % columns, Math.floor(index / columns)),
  );

describe('contour lines (N-33)', () => {
  it('of a cone are closed circles at the level’s distance', () => {
    const values = grid(21, 21, (x, y) => Math.hypot(x - 10, y - 10));
    const lines = contourLines(values, 21, 21, 6.3);
    expect(lines).toHaveLength(1);
    const [line] = lines;
    expect(line![0]).toEqual(line!.at(-1));
    for (const [x, y] of line!)
      expect(Math.abs(Math.hypot(x - 10, y - 10) - 6.3)).toBeLessThan(0.05);
  });

  it('of a plane are one open line from border to border', () => {
    const lines = contourLines(
      grid(4, 9, (x) => x),
      4,
      9,
      2.5,
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]!.map(([x]) => x)).toEqual([2.5, 2.5, 2.5, 2.5]);
    expect(lines[0]!.map(([, y]) => y).sort()).toEqual([0, 1, 2, 3]);
  });

  it('part a saddle by its middle, and join each crossing once', () => {
    // High corners on one diagonal; the middle is high, so the two low corners are cut off.
    const high = contourLines([3, 0, 0, 3], 2, 2, 1);
    const low = contourLines([1.5, 0, 0, 1.5], 2, 2, 1);
    const corners = (lines: ReturnType<typeof contourLines>) =>
      lines.map((line) => line.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).sort());
    expect(corners(high)).toHaveLength(2);
    expect(corners(low)).toHaveLength(2);
    // Top and right edges are joined around the low corner at the top right.
    expect(corners(high)).toContainEqual(['0.7,0.0', '1.0,0.3']);
    expect(corners(low)).toContainEqual(['0.0,0.3', '0.3,0.0']);
  });

  it('are none where a level is not reached', () => {
    expect(contourLines([1, 2, 3, 4], 2, 2, 9)).toEqual([]);
  });

  it('carry labels that keep apart from each other and from what is avoided', () => {
    const values = grid(41, 41, (x, y) => Math.hypot(x - 20, y - 20));
    const contours = [4, 8, 12, 16].map((level) => ({
      level,
      lines: contourLines(values, 41, 41, level),
    }));
    const labels = placeLabels(contours, [40, 40], 6, [[20, 12]]);
    expect(labels.length).toBeGreaterThan(1);
    const places = [...labels.map(({ at }) => at), [20, 12] as const];
    for (const [i, [x, y]] of places.entries())
      for (const [u, v] of places.slice(i + 1))
        expect(Math.hypot(x - u, y - v)).toBeGreaterThanOrEqual(6);
  });
});
