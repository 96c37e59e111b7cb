/**
 * Every tensor of a base model under a recipe, one by one: what is trained, what is frozen, what is quantised. The
 * sums over it are those of `train/count.ts`, which counts them in the training step's graph; a test holds them equal.
 */
import type { Recipe } from '../formats/recipe.ts';
import { elements, type Shape } from '../graph/dtype.ts';
import { definitionOf, trainablesOf } from '../methods/index.ts';
import { checkpointTensors, LM_HEAD, type LlamaConfig } from '../model/config.ts';
import { storedBytes } from '../quant/quantise.ts';

export type Role = 'trained' | 'frozen' | 'quantised';

export interface ModelTensor {
  /** In the checkpoint, or in the artifact for a tensor that the method adds. */
  name: string;
  shape: Shape;
  role: Role;
  /** Whether it is the base model's own. */
  ofBase: boolean;
  parameters: number;
  /** As stored: codes and scales of a quantised matrix, else fp32. */
  bytes: number;
}

/**
 * The base's tensors in the order a forward pass meets them, then those that the method adds. A language-model head of
 * its own is left out: the classifier has no use for it.
 * @param labels size of the task's label set
 */
export function listTensors(
  config: LlamaConfig,
  { method, quantisation }: Pick<Recipe, 'method' | 'quantisation'>,
  labels: number,
): ModelTensor[] {
  const definition = definitionOf(method);
  const base = checkpointTensors(config)
    .filter(({ name }) => name !== LM_HEAD)
    .map(({ name, shape, linear }): ModelTensor => {
      const trained = definition.trainedBase(name, method) !== null;
      const quantised = !trained && linear && quantisation !== 'fp32';
      return {
        name,
        shape,
        role: trained ? 'trained' : quantised ? 'quantised' : 'frozen',
        ofBase: true,
        parameters: elements(shape),
        bytes: storedBytes(shape, quantised ? quantisation : 'fp32'),
      };
    });
  const ofBase = new Set(base.map(({ name }) => name));
  const added = trainablesOf(config, method, labels)
    .filter(({ name }) => !ofBase.has(name))
    .map(({ name, shape }): ModelTensor => ({
      name,
      shape,
      role: 'trained',
      ofBase: false,
      parameters: elements(shape),
      bytes: storedBytes(shape, 'fp32'),
    }));
  return [...base, ...added];
}
