/** What a recipe may ask of a given model. What every recipe must keep, whatever the model, is in its schema. */
import { LINEAR_MODULES, RecipeError, type Recipe } from '../formats/recipe.ts';
import { definitionOf } from '../methods/index.ts';
import { linearShape, type LlamaConfig } from '../model/config.ts';
import { BLOCK } from '../quant/integer.ts';

/** @throws {RecipeError} naming the field */
export function assertFits(config: LlamaConfig, recipe: Recipe): void {
  const { method, quantisation, sequenceLength } = recipe;
  const before = definitionOf(method).prefixLength(method);
  if (before + sequenceLength > config.maxPositions)
    throw new RecipeError(
      before > 0
        ? `sequenceLength: ${sequenceLength} tokens behind a prefix of ${before} are more than the model's ${config.maxPositions} positions`
        : `sequenceLength: the model has ${config.maxPositions} positions`,
    );
  if (method.kind === 'full' && method.frozenLayers > config.layers)
    throw new RecipeError(`method.frozenLayers: the model has ${config.layers} layers`);
  if (method.kind === 'adapter' && method.reduction > config.hiddenSize)
    throw new RecipeError(
      `method.reduction: the model is ${config.hiddenSize} wide, so that is the largest reduction`,
    );
  const integer = quantisation === 'int8' || quantisation === 'int4';
  const odd = LINEAR_MODULES.find((module) => linearShape(config, module)[1] % BLOCK !== 0);
  if (integer && odd)
    throw new RecipeError(
      `quantisation: ${quantisation} needs rows of a multiple of ${BLOCK} weights, which ${odd} does not have`,
    );
}
