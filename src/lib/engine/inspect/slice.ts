/**
 * A plane through a model's trained parameters: w(a, b) = w₀ + a·d₁ + b·d₂, and on it the loss of fixed batches with
 * its two derivatives. Those are the engine's gradient of all P parameters, projected by the chain rule:
 * ∂L/∂a = ∇L · d₁ and ∂L/∂b = ∇L · d₂.
 */
import type { Batch } from '../data/batches.ts';
import type { Recipe } from '../formats/recipe.ts';
import { encodeModel } from '../graph/onnx.ts';
import { trainablesOf } from '../methods/index.ts';
import type { BaseModel } from '../model/base-model.ts';
import type { Runtime, Session } from '../runtime/runtime.ts';
import { accumulationStep } from '../train/classifier.ts';
import { batchFeeds } from '../train/evaluate.ts';
import { ACCUMULATED, sizeOf } from '../train/update.ts';

/** Loss and gradient of single batches at any parameters. */
export class BatchGradient {
  readonly #session: Session;
  readonly #zeros: Float32Array;

  private constructor(
    session: Session,
    /** P */
    readonly size: number,
  ) {
    this.#session = session;
    this.#zeros = new Float32Array(size);
  }

  /** @param recipe whose batch size the batches have */
  static async create(runtime: Runtime, base: BaseModel, recipe: Recipe, labels: number) {
    const { config, weights } = base;
    const { batchSize } = recipe;
    const graph = accumulationStep({ config, base: weights, recipe, labels, batchSize });
    const size = sizeOf(trainablesOf(config, recipe.method, labels));
    return new BatchGradient(await runtime.createSession(encodeModel(graph)), size);
  }

  /** @param parameters [P] @returns mean loss in nats, and its gradient [P], not clipped */
  async at(
    parameters: Float32Array,
    batch: Batch,
  ): Promise<{ loss: number; gradient: Float32Array }> {
    const shape = [this.size];
    const { loss, nextAccumulated } = await this.#session.run({
      ...batchFeeds(batch),
      parameters: { data: parameters, shape },
      [ACCUMULATED]: { data: this.#zeros, shape },
    });
    const result = {
      loss: (await loss!.read())[0]!,
      gradient: Float32Array.from(await nextAccumulated!.read()),
    };
    loss!.dispose();
    nextAccumulated!.dispose();
    return result;
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

/** A loss in nats and its derivatives along both directions. */
export interface SliceValue {
  loss: number;
  gradient: readonly [a: number, b: number];
}

export interface Plane {
  /** [P] each; the directions of length 1. */
  origin: Float32Array;
  directions: readonly [Float32Array, Float32Array];
}

/** The parameters at a point of a plane, [P]. */
export function pointOf({ origin, directions: [first, second] }: Plane, a: number, b: number) {
  return origin.map((value, index) => value + a * first[index]! + b * second[index]!);
}

/** Each batch's loss at a point of the plane, and how it changes along the two directions. */
export async function evaluateSlice(
  model: BatchGradient,
  plane: Plane,
  batches: readonly Batch[],
  [a, b]: readonly [number, number],
): Promise<SliceValue[]> {
  const parameters = pointOf(plane, a, b);
  const values: SliceValue[] = [];
  for (const batch of batches) {
    const { loss, gradient } = await model.at(parameters, batch);
    const [first, second] = plane.directions;
    values.push({ loss, gradient: [dot(gradient, first), dot(gradient, second)] });
  }
  return values;
}

/** In double precision. */
export function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < x.length; index++) sum += x[index]! * y[index]!;
  return sum;
}
