import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { RecipeSchema, recipeKey } from '../engine/formats/recipe.ts';
import { challengeViolations } from './challenge.ts';
import { cellOf, cellsOf, challengeOf, SweepSchema, type Sweep } from './sweep.ts';

const SWEEP: Sweep = {
  task: 'definition-domain',
  base: 'nano',
  method: 'lora',
  steps: 100,
  axes: [
    { knob: 'rank', values: [1, 8] },
    { knob: 'learningRate', values: [1e-3, 3e-3, 1e-2] },
  ],
};

const distinct = <T>(value: fc.Arbitrary<T>) =>
  fc.uniqueArray(value, { minLength: 2, maxLength: 6 });
const axis = fc.oneof(
  fc.record({ knob: fc.constant('rank'), values: distinct(fc.integer({ min: 1, max: 64 })) }),
  fc.record({ knob: fc.constant('steps'), values: distinct(fc.integer({ min: 1, max: 2000 })) }),
  fc.record({
    knob: fc.constant('learningRate'),
    values: distinct(fc.double({ min: 1e-6, max: 1, noNaN: true })),
  }),
  fc.record({
    knob: fc.constant('quantisation'),
    values: distinct(fc.constantFrom('fp32', 'int8', 'int4', 'nf4')),
  }),
  fc.record({
    knob: fc.constant('method'),
    values: distinct(fc.constantFrom('full', 'head', 'lora', 'adapter', 'ia3')),
  }),
);

describe('a sweep (S-33)', () => {
  it('has a cell for each pair of values, the first axis fastest', () => {
    const cells = cellsOf(SWEEP);
    expect(cells.map(({ at }) => at)).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
      [0, 2],
      [1, 2],
    ]);
    expect(cells[3]!.recipe).toMatchObject({
      steps: 100,
      method: { kind: 'lora', rank: 8 },
      optimiser: { learningRate: 3e-3 },
    });
  });

  it('is refused, or each of its cells is a recipe of its own that its challenge allows', () => {
    fc.assert(
      fc.property(
        fc.record({
          task: fc.constant('spam'),
          base: fc.constantFrom('nano', 'small'),
          method: fc.constantFrom('full', 'head', 'lora', 'ia3'),
          steps: fc.integer({ min: 1, max: 500 }),
          axes: fc.array(axis, { minLength: 1, maxLength: 2 }),
        }),
        (input) => {
          const read = v.safeParse(SweepSchema, input);
          if (!read.success) return;
          const sweep = read.output;
          const cells = cellsOf(sweep);
          expect(cells).toHaveLength(sweep.axes.reduce((n, { values }) => n * values.length, 1));
          expect(new Set(cells.map(({ recipe }) => recipeKey(recipe))).size).toBe(cells.length);
          for (const [index, { recipe }] of cells.entries()) {
            expect(v.is(RecipeSchema, recipe)).toBe(true);
            expect(challengeViolations(challengeOf(sweep), recipe)).toEqual([]);
            expect(cellOf(sweep, recipe)).toBe(index);
            expect(cellOf(sweep, { ...recipe, seed: recipe.seed + 1 })).toBeNull();
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
