/**
 * What a recipe trains, stores and computes, counted from the graph of its training step. No weight is
 * loaded for it and nothing is measured.
 *
 * Every tensor of the graph is in exactly one category of memory, so nothing is counted twice. Their sum
 * is what the step needs at its largest moment, or a little more: activations peak only for an instant.
 */
import type { Recipe } from '../formats/recipe.ts';
import { byteLength, elements } from '../graph/dtype.ts';
import type { Tensor } from '../graph/graph.ts';
import { peakBytes } from '../graph/liveness.ts';
import { multiplications } from '../graph/work.ts';
import { definitionOf, trainablesOf } from '../methods/index.ts';
import { checkpointTensors, LM_HEAD, type LlamaConfig } from '../model/config.ts';
import { trainingStep, type TrainingStep } from './classifier.ts';
import type { Counts, MemoryCount } from './events.ts';

/** @param labels size of the task's label set */
export function countRecipe(config: LlamaConfig, recipe: Recipe, labels: number): Counts {
  const step = trainingStep(
    { config, base: new Map(), recipe, labels, batchSize: recipe.batchSize },
    recipe.optimiser,
  );
  return {
    ...countParameters(config, recipe, labels),
    memory: countMemory(config, step),
    multiplications: multiplications(step.graph),
  };
}

function countParameters(config: LlamaConfig, { method }: Recipe, labels: number) {
  const definition = definitionOf(method);
  const sizes = (tensors: readonly { shape: readonly number[] }[]) =>
    tensors.reduce((sum, { shape }) => sum + elements(shape), 0);
  const trainable = sizes(trainablesOf(config, method, labels));
  const frozen = checkpointTensors(config).filter(
    ({ name }) => name !== LM_HEAD && definition.trainedBase(name) === null,
  );
  return { trainable, total: trainable + sizes(frozen) };
}

function countMemory(config: LlamaConfig, { graph, gradient }: TrainingStep): MemoryCount {
  const weights = checkpointTensors(config).map(({ name }) => name);
  const frozen = graph.initializers.filter(({ name }) => weights.includes(name));
  /** Codes, scales and whatever else a format stores carry the weight's name before their own. */
  const quantised = graph.initializers.filter(({ name }) =>
    weights.some((weight) => name.startsWith(`${weight}.`)),
  );
  const inputs = (...names: string[]) => graph.inputs.filter(({ name }) => names.includes(name));
  const trainable = inputs('parameters');
  const optimiser = inputs('moment1', 'moment2');
  const elsewhere = [...graph.initializers, ...trainable, ...optimiser, gradient];
  return {
    frozen: bytesOf(frozen),
    quantised: bytesOf(quantised),
    trainable: bytesOf(trainable),
    gradients: bytesOf([gradient]),
    optimiser: bytesOf(optimiser),
    activations: peakBytes(
      graph,
      elsewhere.map(({ name }) => name),
    ),
    constants: bytesOf(graph.initializers) - bytesOf(frozen) - bytesOf(quantised),
  };
}

export function totalBytes(memory: MemoryCount): number {
  const categories: number[] = Object.values({ ...memory });
  return categories.reduce((sum, bytes) => sum + bytes, 0);
}

function bytesOf(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, { shape, dtype }) => sum + byteLength(shape, dtype), 0);
}
