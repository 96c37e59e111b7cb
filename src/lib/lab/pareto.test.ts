import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frontierOf, stepCorners } from './pareto.ts';

interface Spent {
  cost: number;
  gain: number;
}
const figure = fc.integer({ min: 0, max: 20 });
const clouds = fc.array(fc.record({ cost: figure, gain: figure }), { maxLength: 30 });
const frontier = (points: readonly Spent[]) =>
  frontierOf(
    points,
    ({ cost }) => cost,
    ({ gain }) => gain,
  );
const dominates = (a: Spent, b: Spent) =>
  a.cost <= b.cost && a.gain >= b.gain && (a.cost < b.cost || a.gain > b.gain);

describe('the Pareto frontier (N-9)', () => {
  it('holds a point for each pair of figures that nothing dominates, and no other', () => {
    fc.assert(
      fc.property(clouds, (points) => {
        const free = points.filter((point) => !points.some((other) => dominates(other, point)));
        const pairs = (some: Spent[]) =>
          [...new Set(some.map(({ cost, gain }) => `${cost} ${gain}`))].sort();
        expect(pairs(frontier(points))).toEqual(pairs(free));
        expect(frontier(points)).toHaveLength(pairs(free).length);
      }),
    );
  });

  it('stands on the cheaper point until the dearer one', () => {
    expect(
      stepCorners([
        { x: 0, y: 9 },
        { x: 4, y: 2 },
      ]),
    ).toEqual([
      { x: 0, y: 9 },
      { x: 4, y: 9 },
      { x: 4, y: 2 },
    ]);
  });
});
