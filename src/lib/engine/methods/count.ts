/** Counts parameters and bytes of a recipe from shapes alone, before anything is loaded. */
import type { Recipe } from '../formats/recipe.ts';
import { elements } from '../graph/dtype.ts';
import { checkpointTensors, LM_HEAD, type LlamaConfig } from '../model/config.ts';
import { storedBytes } from '../quant/quantise.ts';
import type { Counts } from '../train/events.ts';
import { definitionOf, trainablesOf } from './index.ts';

/** fp32 weight, gradient and two AdamW moments. */
const BYTES_PER_TRAINABLE = 4 * 4;

/** @param labels size of the task's label set */
export function countParameters(config: LlamaConfig, recipe: Recipe, labels: number): Counts {
  const definition = definitionOf(recipe.method);
  const trainable = trainablesOf(config, recipe.method, labels).reduce(
    (sum, { shape }) => sum + elements(shape),
    0,
  );
  let frozen = 0;
  let frozenBytes = 0;
  for (const { name, shape, linear } of checkpointTensors(config)) {
    if (name === LM_HEAD || definition.trainedBase(name)) continue;
    frozen += elements(shape);
    frozenBytes += storedBytes(shape, linear ? recipe.quantisation : 'fp32');
  }
  return {
    trainable,
    total: trainable + frozen,
    frozenBytes,
    trainableBytes: trainable * BYTES_PER_TRAINABLE,
  };
}
