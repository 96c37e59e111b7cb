import { describe, expect, it } from 'vitest';
import { linear } from '../../lab/plot.ts';
import type { Path } from './descent.ts';
import { exitsOf, namesOf } from './path-names.ts';

const x = linear([-1, 4], [0, 500]);
const y = linear([-1, 1], [200, 0]);
const path = (name: Path['name'], places: [number, number][], left: Path['left'] = null): Path => ({
  name,
  points: places.map((place) => ({ place, loss: 1 })),
  left,
});

describe('names on the surface (N-33)', () => {
  it('mark where a path crosses the border, and keep apart', () => {
    const off = { step: 3, place: [2, 3] as const };
    const paths = [path('sgd', [[0, -1]], off), path('momentum', [[0, -1]], off)];
    const exits = exitsOf(paths, x, y, 15);
    for (const exit of exits) {
      // From (0, −1) towards (2, 3) the border b = 1 is half way.
      expect(exit.x).toBeCloseTo(x(1));
      expect(exit.y).toBeCloseTo(y(1));
      expect(exit).toMatchObject({ step: 3, leftwards: false });
    }
    expect(exits[1]!.label - exits[0]!.label).toBeGreaterThanOrEqual(15);
    expect(exitsOf([path('sgd', [[0, 0]])], x, y, 15)).toEqual([]);
  });

  it('stand on a path where the others are far, or not at all', () => {
    const low = path(
      'sgd',
      [0, 1, 2, 3].map((a) => [a, -0.5]),
    );
    const high = path(
      'adamw',
      [0, 1, 2, 3].map((a) => [a, -0.4 + 0.3 * a]),
    );
    const names = namesOf([low, high], x, y, 30, []);
    expect(names.map(({ name }) => name)).toEqual(['sgd', 'adamw']);
    expect(names[0]!.at).toEqual([x(3), y(-0.5)]);
    // Not where the name would stand over the border.
    const [edge] = namesOf(
      [
        path('sgd', [
          [0, 0],
          [3.9, 0],
        ]),
      ],
      x,
      y,
      30,
      [],
    );
    expect(edge!.at).toEqual([x(0), y(0)]);
    expect(namesOf([low, { ...low, name: 'adamw' }], x, y, 30, [])).toEqual([]);
  });
});
