/**
 * Singular values of a matrix, by one-sided Jacobi rotations (Hestenes 1958; Demmel & Veselić 1992, "Jacobi's method is
 * more accurate than QR", SIAM J. Matrix Anal. Appl. 13(4)): pairs of vectors are turned in their plane until all are
 * orthogonal; their lengths are then the singular values. Slow beside LAPACK, a page long, and accurate also for the
 * small values, which is where the rank of an update shows. Values only: nobody here draws the singular vectors.
 */

import type { ModuleUpdate } from './update.ts';

/** Two vectors count as orthogonal when their cosine is below this. */
const ORTHOGONAL = 1e-14;
/** Convergence is quadratic in the end: shapes of this project take 6 to 12. */
const MAX_SWEEPS = 60;

/**
 * @param matrix [rows, columns], row-major; not changed
 * @returns min(rows, columns) values, the largest first
 * @throws {Error} when a value is not finite, or the rotations do not come to an end
 */
export function singularValues(
  matrix: ArrayLike<number>,
  rows: number,
  columns: number,
): Float64Array {
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  // The fewer vectors, the fewer pairs: rows of a wide matrix, columns of a tall one, each in a piece.
  const wide = columns > rows;
  const vectors = Array.from({ length: count }, (_, k) =>
    Float64Array.from({ length }, (_, i) => matrix[wide ? k * columns + i : i * columns + k]!),
  );
  const squares = Float64Array.from(vectors, (vector) => dot(vector, vector));
  const total = squares.reduce((sum, square) => sum + square, 0);
  if (!Number.isFinite(total)) throw new Error('a matrix with values that are not finite');
  // Vectors this short are rounding; turning them against each other would never end.
  const nothing = total * Number.EPSILON ** 2;
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++)
    if (!sweepOnce(vectors, squares, nothing)) {
      const lengths = Float64Array.from(vectors, (vector) => Math.sqrt(dot(vector, vector)));
      return lengths.sort().reverse();
    }
  throw new Error(`the singular values did not converge in ${MAX_SWEEPS} sweeps`);
}

/** Turns every pair once. @returns whether any pair was not orthogonal yet */
function sweepOnce(vectors: Float64Array[], squares: Float64Array, nothing: number): boolean {
  let turned = false;
  for (let i = 0; i < vectors.length; i++)
    for (let j = i + 1; j < vectors.length; j++) {
      const [p, q] = [vectors[i]!, vectors[j]!];
      if (squares[i]! <= nothing || squares[j]! <= nothing) continue;
      const product = dot(p, q);
      if (Math.abs(product) <= ORTHOGONAL * Math.sqrt(squares[i]! * squares[j]!)) continue;
      turned = true;
      const zeta = (squares[j]! - squares[i]!) / (2 * product);
      const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
      const cosine = 1 / Math.hypot(1, tangent);
      const sine = cosine * tangent;
      for (let k = 0; k < p.length; k++) {
        const [a, b] = [p[k]!, q[k]!];
        p[k] = cosine * a - sine * b;
        q[k] = sine * a + cosine * b;
      }
      squares[i] = dot(p, p);
      squares[j] = dot(q, q);
    }
  return turned;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/**
 * How many values stand above rounding: `numpy.linalg.matrix_rank`'s rule, σ > σ₁ · max(rows, columns) · ε.
 * @param longest max(rows, columns)
 * @param scale what the rounding is of, where that is not σ₁: of ΔW it is the norm of W, which is added and taken off
 */
export function numericalRank(values: ArrayLike<number>, longest: number, scale = 0): number {
  const noise = Math.max(scale, values[0] ?? 0) * longest * Number.EPSILON;
  return Array.from(values).filter((value) => value > noise).length;
}

/** Singular values of a run's ΔW, and what to read them by. */
export interface Spectrum {
  /** min(rows, columns) of them, the largest first. */
  values: Float64Array;
  /** How many stand above rounding; the others are zero but for it. */
  rank: number;
  /** ‖ΔW‖_F and ‖W‖_F, of W as the run stored it. */
  norm: number;
  baseNorm: number;
}

/** @throws as {@link singularValues} does */
export function spectrumOf({
  delta,
  stored,
  shape,
}: Pick<ModuleUpdate, 'delta' | 'stored' | 'shape'>): Spectrum {
  const values = singularValues(delta, ...shape);
  const baseNorm = frobenius(stored);
  const rank = numericalRank(values, Math.max(...shape), baseNorm);
  return { values, rank, norm: frobenius(delta), baseNorm };
}

function frobenius(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum);
}

/** Share of Σσ² that the first `count` values hold, 0–1; of ‖ΔW‖²_F, since the two sums are the same. */
export function energyShare(values: ArrayLike<number>, count: number): number {
  const squares = Array.from(values, (value) => value * value);
  const total = squares.reduce((sum, square) => sum + square, 0);
  if (total === 0) return 0;
  return squares.slice(0, count).reduce((sum, square) => sum + square, 0) / total;
}

/** The fewest values that together hold `share` of the energy; 0 for a matrix of zeros. */
export function valuesFor(values: ArrayLike<number>, share: number): number {
  if (!(values[0]! > 0)) return 0;
  for (let count = 1; count < values.length; count++)
    if (energyShare(values, count) >= share) return count;
  return values.length;
}
