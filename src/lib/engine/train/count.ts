/**
 * What a recipe trains, stores and computes, counted from the graph of its training step. No weight is
 * loaded for it and nothing is measured.
 *
 * Every tensor of the graph is in exactly one category of memory, so nothing is counted twice. Their sum
 * is what the step needs at its largest moment, or a little more: activations peak only for an instant.
 */
import type { Recipe } from '../formats/recipe.ts';
import { byteLength } from '../graph/dtype.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import { peakBytes } from '../graph/liveness.ts';
import { multiplications } from '../graph/work.ts';
import { definitionOf, exportedTrainables, trainablesOf } from '../methods/index.ts';
import { checkpointTensors, LM_HEAD, type LlamaConfig } from '../model/config.ts';
import { accumulationStep, classifier, trainingStep, type ClassifierSpec } from './classifier.ts';
import { EVALUATION_BATCH } from './evaluate.ts';
import type { Counts, MemoryCount } from './events.ts';
import { generalLossGraph } from './general-loss.ts';
import { optimiserState } from './optimisers/index.ts';
import { ACCUMULATED, sizeOf } from './update.ts';

/**
 * @param labels size of the task's label set
 * @param forwardBatch texts that are read at once where nothing is trained; what is trained takes its recipe's
 */
export function countRecipe(
  config: LlamaConfig,
  recipe: Recipe,
  labels: number,
  forwardBatch = EVALUATION_BATCH,
): Counts {
  const spec = { config, base: new Map(), recipe, labels, batchSize: recipe.batchSize };
  const parameters = countParameters(config, recipe, labels);
  if (recipe.method.kind === 'prompting') {
    // Nothing is trained: what there is to hold is the evaluation.
    const graph = forward({ ...spec, batchSize: forwardBatch });
    return { ...parameters, memory: countMemory(config, graph, null, []), multiplications: 0 };
  }
  const { optimiser, accumulation } = recipe;
  const { graph, gradient } = trainingStep(spec, optimiser, accumulation > 1);
  const state = optimiserState(optimiser, parameters.trainable).map(({ name }) => name);
  return {
    ...parameters,
    memory: countMemory(config, graph, gradient, state),
    multiplications: multiplications(graph) * accumulation,
  };
}

/**
 * The most bytes that a batch's forward and backward pass hold at once beside weights, constants and gradients: the
 * activations of a step that reads trained weights where they stand, and updates them there one by one. That of
 * {@link countRecipe} holds copies of the trained weights, and of their size what the update passes through.
 */
export function countPasses(config: LlamaConfig, recipe: Recipe, labels: number): number {
  const spec = { config, base: new Map(), recipe, labels, batchSize: recipe.batchSize };
  const { tape, loss, parameters } = classifier(spec, { training: true });
  if (!parameters) throw new Error('this method trains nothing');
  const { graph } = tape;
  const trained = [...parameters.parts.values()];
  const elsewhere = [
    ...graph.initializers,
    parameters.vector,
    ...trained,
    ...tape.backward(loss, trained),
  ];
  return peakBytes(
    graph,
    elsewhere.map(({ name }) => name),
  );
}

/** What a run's sessions besides the training step's hold. */
export interface OtherSessions {
  /** Frozen weights and constants: each session has its own. */
  weights: number;
  /** Peak of the rest in the one that needs most; they run by turns. */
  activations: number;
  /** The one that needs most; null where there is none. */
  largest: OtherSession | null;
}

export type OtherSession = 'evaluation' | 'accumulation' | 'general';

/**
 * The sessions that a run has open beside the one that {@link countRecipe} counts: the evaluation, the batches before
 * an update's last where it accumulates, and the loss on general English where that is measured.
 */
export function countOtherSessions(
  config: LlamaConfig,
  recipe: Recipe,
  labels: number,
  { general = false }: { general?: boolean } = {},
): OtherSessions {
  const spec = { config, base: new Map(), recipe, labels, batchSize: recipe.batchSize };
  const graphs: [OtherSession, Graph][] = [];
  // Prompting has the evaluation alone, and that was counted.
  if (recipe.method.kind !== 'prompting') {
    graphs.push(['evaluation', forward({ ...spec, batchSize: EVALUATION_BATCH })]);
    if (recipe.accumulation > 1) graphs.push(['accumulation', accumulationStep(spec)]);
  }
  if (general) graphs.push(['general', generalLossGraph(spec, labels)]);
  const kept = (graph: Graph) => [...graph.initializers, ...graph.inputs].map(({ name }) => name);
  const needs = graphs
    .map(([name, graph]) => ({ name, activations: peakBytes(graph, kept(graph)) }))
    .sort((a, b) => b.activations - a.activations);
  return {
    weights: graphs.reduce((sum, [, { initializers }]) => sum + bytesOf(initializers), 0),
    activations: needs[0]?.activations ?? 0,
    largest: needs[0]?.name ?? null,
  };
}

/** The forward pass; whatever tokens stand for the labels, they take the same room. */
function forward(spec: ClassifierSpec): Graph {
  return classifier({ ...spec, labelTokens: new Array<number>(spec.labels).fill(0) }).tape.graph;
}

function countParameters(config: LlamaConfig, { method }: Recipe, labels: number) {
  const definition = definitionOf(method);
  const trainable = sizeOf(trainablesOf(config, method, labels));
  const frozen = checkpointTensors(config).filter(
    ({ name }) => name !== LM_HEAD && definition.trainedBase(name, method) === null,
  );
  return {
    trainable,
    kept: sizeOf(exportedTrainables(config, method, labels)),
    total: trainable + sizeOf(frozen),
  };
}

/**
 * @param gradient the flat gradient; null where nothing is trained
 * @param state names of the optimiser's tensors
 */
function countMemory(
  config: LlamaConfig,
  graph: Graph,
  gradient: Tensor | null,
  state: readonly string[],
): MemoryCount {
  const weights = new Set(checkpointTensors(config).map(({ name }) => name));
  const frozen = graph.initializers.filter(({ name }) => weights.has(name));
  /** Codes, scales and whatever else a format stores carry the weight's name before their own. */
  const quantised = graph.initializers.filter(({ name }) =>
    weights.has(name.slice(0, name.lastIndexOf('.'))),
  );
  const inputs = (...names: string[]) => graph.inputs.filter(({ name }) => names.includes(name));
  const trainable = inputs('parameters');
  const optimiser = inputs(...state);
  const accumulated = inputs(ACCUMULATED);
  const gradients = gradient ? [gradient, ...accumulated] : [];
  const elsewhere = [...graph.initializers, ...trainable, ...optimiser, ...gradients];
  return {
    frozen: bytesOf(frozen),
    quantised: bytesOf(quantised),
    trainable: bytesOf(trainable),
    gradients: bytesOf(gradients),
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
