/**
 * The recorded surface: loss and both derivatives of each batch at the nodes of a grid, and between them the bicubic
 * Hermite interpolant. `npm run record:optimiser` makes the file from the shipped checkpoint and measures how far the
 * interpolant is from the model between the nodes.
 */
import * as v from 'valibot';
import { RecipeSchema } from '../../engine/formats/recipe.ts';
import type { SliceValue } from '../../engine/inspect/slice.ts';

/** Evenly spaced nodes. */
const AxisSchema = v.object({ from: v.number(), step: v.number(), count: v.number() });
export type Axis = v.InferOutput<typeof AxisSchema>;

const SurfaceSchema = v.object({
  recipe: RecipeSchema,
  /** SHA-256 of the base's `model.safetensors` and of the directions' file, hex. */
  checkpoint: v.string(),
  directions: v.string(),
  /** P */
  parameters: v.number(),
  texts: v.number(),
  /** Where the run ended: (a, 0). */
  end: v.number(),
  /** Of the loss along b at the origin, by differences of the model's gradients; nats per unit². */
  curvature: v.number(),
  /** The interpolant less the model, the largest of so many points between the nodes. */
  error: v.object({ points: v.number(), loss: v.number(), gradient: v.number() }),
  a: AxisSchema,
  b: AxisSchema,
  /** By batch; each a row of nodes along a for each b. */
  batches: v.array(
    v.object({ loss: v.array(v.number()), a: v.array(v.number()), b: v.array(v.number()) }),
  ),
});
export type SurfaceFile = v.InferOutput<typeof SurfaceSchema>;

/** @throws {v.ValiError} */
export const readSurfaceFile = (json: unknown): SurfaceFile => v.parse(SurfaceSchema, json);

export type Place = readonly [a: number, b: number];

export const nodesOf = ({ from, step, count }: Axis): number[] =>
  Array.from({ length: count }, (_, index) => from + index * step);
export const endOf = ({ from, step, count }: Axis): number => from + step * (count - 1);

export const onGrid = (a: Axis, b: Axis, [x, y]: Place): boolean =>
  x >= a.from && x <= endOf(a) && y >= b.from && y <= endOf(b);

/** One batch's grid, or the mean of several. All row-major, [rows of b, columns of a]. */
interface Field {
  loss: Float64Array;
  a: Float64Array;
  b: Float64Array;
  /** The mixed derivative, by central differences of the two first ones. */
  ab: Float64Array;
}

export class Surface {
  readonly a: Axis;
  readonly b: Axis;
  readonly #batches: readonly Field[];
  readonly #mean: Field;

  constructor(readonly file: SurfaceFile) {
    this.a = file.a;
    this.b = file.b;
    this.#batches = file.batches.map((batch) => this.#field(batch));
    const mean = (part: 'loss' | 'a' | 'b') =>
      file.batches[0]!.loss.map(
        (_, index) =>
          file.batches.reduce((sum, batch) => sum + batch[part][index]!, 0) / file.batches.length,
      );
    this.#mean = this.#field({ loss: mean('loss'), a: mean('a'), b: mean('b') });
  }

  get batches(): number {
    return this.#batches.length;
  }

  /** Whether a point lies on what was recorded. */
  holds(place: Place): boolean {
    return onGrid(this.a, this.b, place);
  }

  /** @param batch null for all of them @throws {RangeError} outside */
  at(place: Place, batch: number | null = null): SliceValue {
    if (!this.holds(place)) throw new RangeError(`(${place.join()}) was not recorded`);
    return this.#interpolate(batch === null ? this.#mean : this.#batches[batch]!, place);
  }

  #field({ loss, a, b }: { loss: number[]; a: number[]; b: number[] }): Field {
    const { a: across, b: down } = this.file;
    const width = across.count;
    const slope = (values: number[], axis: Axis, index: number, at: number, stride: number) => {
      const before = at > 0 ? 1 : 0;
      const after = at < axis.count - 1 ? 1 : 0;
      const rise = values[index + after * stride]! - values[index - before * stride]!;
      return rise / ((before + after) * axis.step);
    };
    const ab = Float64Array.from(loss, (_, index) => {
      const [row, column] = [Math.floor(index / width), index % width];
      return (slope(a, down, index, row, width) + slope(b, across, index, column, 1)) / 2;
    });
    return { loss: Float64Array.from(loss), a: Float64Array.from(a), b: Float64Array.from(b), ab };
  }

  #interpolate(field: Field, [a, b]: Place): SliceValue {
    const [column, s] = cellOf(this.a, a);
    const [row, t] = cellOf(this.b, b);
    const [h, k] = [this.a.step, this.b.step];
    const [across, down] = [hermite(s), hermite(t)];
    let [loss, slopeA, slopeB] = [0, 0, 0];
    for (let j = 0; j < 2; j++)
      for (let i = 0; i < 2; i++) {
        const node = (row + j) * this.a.count + column + i;
        // Values and derivatives of the node along each axis, and the bases that carry them.
        const corners = [
          [field.loss[node]!, i, j],
          [field.a[node]! * h, i + 2, j],
          [field.b[node]! * k, i, j + 2],
          [field.ab[node]! * h * k, i + 2, j + 2],
        ] as const;
        for (const [value, p, q] of corners) {
          loss += value * across.value[p]! * down.value[q]!;
          slopeA += (value * across.slope[p]! * down.value[q]!) / h;
          slopeB += (value * across.value[p]! * down.slope[q]!) / k;
        }
      }
    return { loss, gradient: [slopeA, slopeB] };
  }
}

/** The cell that holds a value, and where in it, 0–1. */
function cellOf({ from, step, count }: Axis, value: number): [index: number, share: number] {
  const at = (value - from) / step;
  const index = Math.min(count - 2, Math.max(0, Math.floor(at)));
  return [index, at - index];
}

/** The four cubic Hermite bases at t: of the values at both ends, then of the slopes there; and their derivatives. */
function hermite(t: number) {
  const [square, cube] = [t * t, t * t * t];
  return {
    value: [2 * cube - 3 * square + 1, 3 * square - 2 * cube, cube - 2 * square + t, cube - square],
    slope: [6 * square - 6 * t, 6 * t - 6 * square, 3 * square - 4 * t + 1, 3 * square - 2 * t],
  };
}
