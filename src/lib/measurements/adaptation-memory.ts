/**
 * What adapting a large model takes, from the counts that the lab shows of its own: parameters, codes with their
 * scales, gradients, optimiser state, and the activations of a step's two passes. The engine stores in fp32 what is not quantised;
 * practice keeps frozen weights in 16 bits, so those are the counted parameters at two bytes each. What is trained
 * stays in fp32, sixteen bytes a parameter under AdamW, as mixed precision has it (Rajbhandari et al. 2020, §3.1).
 * Activations are in fp32, too.
 */
import { defaultOptimiser, defaultRecipe } from '../engine/formats/recipe.ts';
import type { Method, OptimiserKind, Quantisation, Recipe } from '../engine/formats/recipe.ts';
import { checkpointTensors, LM_HEAD, type LlamaConfig } from '../engine/model/config.ts';
import { countPasses, countRecipe } from '../engine/train/count.ts';
import { sizeOf } from '../engine/train/update.ts';

/** Of the smallest classification head; its size is nothing beside the model's. */
const LABELS = 2;
const HALF = 2;

/** Texts in a step, tokens in each, and whether blocks are computed again for their backward pass. */
export interface StepShape {
  batch: number;
  tokens: number;
  recompute: boolean;
}

export interface Adaptation {
  method: Method;
  quantisation?: Quantisation;
  optimiser?: OptimiserKind;
}

/** Bytes on the GPU at a step's largest moment, by what they are for. */
export interface AdaptationMemory {
  /** Frozen weights in 16 bits. */
  frozen: number;
  /** Frozen weights in fewer bits, scales and all. */
  quantised: number;
  /** Trained weights in 32 bits. */
  trained: number;
  gradients: number;
  optimiser: number;
  activations: number;
}

export interface AdaptationCount {
  /** Of the base model, without the output head: what trains a head of its own does not read it. */
  parameters: number;
  trainable: number;
  /** Parameters kept for each task. */
  kept: number;
  memory: AdaptationMemory;
}

export function countAdaptation(
  config: LlamaConfig,
  adaptation: Adaptation,
  shape: StepShape,
): AdaptationCount {
  const recipe = recipeOf(adaptation, shape);
  const { memory, kept, trainable } = countRecipe(config, recipe, LABELS, shape.batch);
  const parameters = sizeOf(checkpointTensors(config).filter(({ name }) => name !== LM_HEAD));
  return {
    parameters,
    trainable,
    kept,
    memory: {
      // The output head among them where the method reads it.
      frozen: (HALF * memory.frozen) / Float32Array.BYTES_PER_ELEMENT,
      quantised: memory.quantised,
      trained: memory.trainable,
      gradients: memory.gradients,
      optimiser: memory.optimiser,
      // The engine updates all that it trains in one graph, with copies of it; frameworks update tensor by tensor.
      activations: trainable > 0 ? countPasses(config, recipe, LABELS) : memory.activations,
    },
  };
}

export function adaptationBytes(memory: AdaptationMemory): number {
  const parts: number[] = Object.values({ ...memory });
  return parts.reduce((sum, bytes) => sum + bytes, 0);
}

/** Parameters of the output head over the vocabulary, which a classifier with a head of its own does not read. */
export function outputHeadSize({ vocabSize, hiddenSize, tiedEmbeddings }: LlamaConfig): number {
  return tiedEmbeddings ? 0 : vocabSize * hiddenSize;
}

function recipeOf({ method, quantisation, optimiser }: Adaptation, shape: StepShape): Recipe {
  const usual = defaultRecipe(method.kind);
  const { batch, tokens, recompute } = shape;
  return {
    ...usual,
    method,
    quantisation: quantisation ?? 'fp32',
    optimiser: optimiser
      ? defaultOptimiser(optimiser, usual.optimiser.learningRate)
      : usual.optimiser,
    batchSize: batch,
    sequenceLength: tokens,
    recomputeActivations: recompute && method.kind !== 'prompting',
  };
}
