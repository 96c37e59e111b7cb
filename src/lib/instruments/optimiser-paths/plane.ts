/**
 * What was recorded: the run whose plane it is, and the texts whose loss it is. The recorder and the worker that
 * computes paths with the model read it here, so that both speak of the same function of two numbers.
 */
import { trainingBatches, type Batch } from '../../engine/data/batches.ts';
import type { Example, Task } from '../../engine/data/task.ts';
import { defaultMethod, defaultRecipe, type Recipe } from '../../engine/formats/recipe.ts';
import { readSafetensors, writeSafetensors } from '../../engine/formats/safetensors.ts';
import type { Plane } from '../../engine/inspect/slice.ts';
import { trainablesOf } from '../../engine/methods/index.ts';
import type { BaseModel } from '../../engine/model/base-model.ts';
import { encodeFor } from '../../engine/train/evaluate.ts';
import { initialParameters } from '../../engine/train/parameters.ts';

/** The smallest LoRA of the lab and the head, by the lab's default recipe: few enough numbers to ship two directions. */
export const PLANE_RECIPE: Recipe = {
  ...defaultRecipe('lora'),
  method: { ...defaultMethod('lora'), rank: 1, targets: ['q_proj', 'v_proj'] },
};

/** Batches of the fixed set; their mean is the full batch. */
export const BATCHES = 4;

/** Under `static/`. */
export const SURFACE_PATH = '/optimiser/surface.json';
export const DIRECTIONS_PATH = '/optimiser/directions.safetensors';

/** The fixed set: the first batches of the run, in the order that its seed gives. */
export function fixedBatches(base: BaseModel, task: Task, train: readonly Example[]): Batch[] {
  const { batchSize, sequenceLength, seed } = PLANE_RECIPE;
  const examples = encodeFor({ task, recipe: PLANE_RECIPE, base, train }, train);
  const { padToken } = base.config;
  const batches = trainingBatches(examples, batchSize, sequenceLength, padToken, seed);
  return Array.from({ length: BATCHES }, () => batches.next().value);
}

/** The trained parameters before the first step, [P]: the plane's origin. */
export function originOf(base: BaseModel, labels: number): Float32Array {
  const trainables = trainablesOf(base.config, PLANE_RECIPE.method, labels);
  return initialParameters(trainables, base.weights, PLANE_RECIPE.seed);
}

/** Half precision; the surface is recorded along what this file holds. */
export function writeDirections([first, second]: Plane['directions']): Uint8Array<ArrayBuffer> {
  const shape = [first.length];
  const tensors = [
    ['first', { shape, data: first }],
    ['second', { shape, data: second }],
  ] as const;
  return writeSafetensors(new Map(tensors), 'F16');
}

/** @throws when the file is broken or lacks one */
export function readDirections(file: Uint8Array): Plane['directions'] {
  const tensors = readSafetensors(file);
  const [first, second] = [tensors.get('first'), tensors.get('second')];
  if (!first || !second) throw new Error('A direction of the plane is missing.');
  return [first.data, second.data];
}
