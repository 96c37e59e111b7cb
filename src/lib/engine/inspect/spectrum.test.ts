import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import reference from '../../../../tests/fixtures/spectrum/reference.json' with { type: 'json' };
import { defaultMethod } from '../formats/recipe.ts';
import { writeArtifact } from '../formats/artifact.ts';
import { trainablesOf } from '../methods/index.ts';
import { loadBaseModel } from '../model/base-model.ts';
import { normals } from '../testing/gradient-check.ts';
import { tinyModel, tinyRecipe } from '../testing/tiny.ts';
import { initialParameters } from '../train/parameters.ts';
import { energyShare, numericalRank, singularValues, spectrumOf, valuesFor } from './spectrum.ts';
import { moduleUpdate } from './update.ts';

const norm = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));
const transposed = (matrix: Float64Array, rows: number, columns: number) =>
  matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!);

describe('singular values (N-21)', () => {
  it("are LAPACK's, over thirteen powers of ten", () => {
    const hilbert = Array.from({ length: 100 }, (_, i) => 1 / (Math.floor(i / 10) + (i % 10) + 1));
    singularValues(hilbert, 10, 10).forEach((value, k) =>
      expect(Math.abs(value - reference.hilbert[k]!)).toBeLessThan(1e-15 * 10),
    );
  });

  it("are LAPACK's for matrices of the shipped model, square, tall and wide", async () => {
    const nano = await loadBaseModel('nano', (file) =>
      Promise.resolve(readFileSync(`static/models/nano/${file}`)),
    );
    for (const [name, expected] of Object.entries(reference.nano)) {
      const { shape, data } = nano.weights.get(name)!;
      const values = singularValues(data, shape[0]!, shape[1]!);
      expect(values).toHaveLength(expected.length);
      values.forEach((value, k) => expect(value / expected[k]!).toBeCloseTo(1, 11));
    }
  });

  const matrices = fc
    .record({
      rows: fc.integer({ min: 1, max: 24 }),
      columns: fc.integer({ min: 1, max: 24 }),
      seed: fc.string(),
    })
    .map(({ rows, columns, seed }) => ({
      rows,
      columns,
      matrix: Float64Array.from(normals(rows * columns, seed)),
    }));

  it('have the Frobenius norm as the root of the sum of their squares, and are those of the transpose', () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, matrix }) => {
        const values = singularValues(matrix, rows, columns);
        expect(norm(values)).toBeCloseTo(norm(matrix), 10);
        expect([...values]).toEqual([...values].sort((a, b) => b - a));
        const other = singularValues(transposed(matrix, rows, columns), columns, rows);
        values.forEach((value, k) => expect(other[k]).toBeCloseTo(value, 10));
      }),
    );
  });

  it('of a product of two thin matrices are above rounding exactly as often as it is thin', () => {
    for (const rank of [1, 4, 16]) {
      const [b, a] = [normals(48 * rank, `b${rank}`), normals(rank * 32, `a${rank}`)];
      const product = Float64Array.from({ length: 48 * 32 }, (_, i) => {
        let sum = 0;
        for (let k = 0; k < rank; k++)
          sum += b[Math.floor(i / 32) * rank + k]! * a[k * 32 + (i % 32)]!;
        return sum;
      });
      expect(numericalRank(singularValues(product, 48, 32), 48)).toBe(rank);
    }
  });

  it('are zeros for zeros, and refuse what is no number', () => {
    const zeros = singularValues(new Float64Array(12), 3, 4);
    expect([...zeros]).toEqual([0, 0, 0]);
    expect(numericalRank(zeros, 4)).toBe(0);
    expect(energyShare(zeros, 2)).toBe(0);
    expect(valuesFor(zeros, 0.9)).toBe(0);
    expect(() => singularValues([1, Number.NaN], 1, 2)).toThrow('not finite');
  });

  it('share their energy out', () => {
    expect(energyShare([3, 4].toReversed(), 1)).toBeCloseTo(16 / 25);
    expect(valuesFor([4, 3], 0.6)).toBe(1);
    expect(valuesFor([4, 3], 0.9)).toBe(2);
  });
});

describe("the spectrum of a run's ΔW (N-21)", () => {
  const base = tinyModel();
  const LABELS = 2;
  const ofRun = (change: Partial<ReturnType<typeof lora>>) => {
    const method = { ...lora(), ...change };
    const recipe = tinyRecipe(method, { quantisation: 'int4' });
    const trainables = trainablesOf(base.config, method, LABELS);
    const start = initialParameters(trainables, base.weights, 1, 'int4');
    const step = normals(start.length, 'step');
    const artifact = writeArtifact(
      trainables,
      start.map((value, i) => value + 0.05 * step[i]!),
    );
    return spectrumOf(moduleUpdate(base, recipe, artifact, LABELS, 1, 'up_proj'));
  };
  const lora = () => ({ ...defaultMethod('lora'), rank: 3, alpha: 6 });

  it('has exactly r values above rounding under LoRA', () => {
    const { values, rank, norm: length } = ofRun({});
    expect(values).toHaveLength(32);
    expect(rank).toBe(3);
    expect(length).toBeCloseTo(norm(values), 12);
  });

  it('has all of them under DoRA, which also stretches rows', () => {
    expect(ofRun({ dora: true }).rank).toBe(32);
  });
});
