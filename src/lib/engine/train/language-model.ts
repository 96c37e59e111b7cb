/** The causal language model as graphs, for pretraining: next-token cross-entropy over every position. */
import type { NamedTensor } from '../formats/safetensors.ts';
import { defaultMethod, type Optimiser } from '../formats/recipe.ts';
import { Tape } from '../graph/autodiff.ts';
import * as f from '../graph/functions.ts';
import { Graph, type Tensor } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import { full } from '../methods/full.ts';
import type { Trainable } from '../methods/method.ts';
import {
  checkpointTensors,
  EMBEDDING,
  linearPath,
  LM_HEAD,
  type LlamaConfig,
} from '../model/config.ts';
import { decoder, type BatchShape } from '../model/llama.ts';
import { emitUpdate, flatGradient, flatParameters } from './update.ts';

/** Every tensor of the checkpoint is trained; the language-model head too, where it is not tied. */
export function languageModelTrainables(config: LlamaConfig): Trainable[] {
  const trained = full.trainables(config, defaultMethod('full'));
  const head = checkpointTensors(config).find(({ name }) => name === LM_HEAD);
  return head
    ? [...trained, { ...head, initial: { kind: 'checkpoint', name: LM_HEAD }, decayed: true }]
    : trained;
}

/**
 * Inputs `ids`, `targets` [N] int32 and those of the update; outputs `loss` [1] and those of the update.
 * Runs on CPUs only: the embedding's gradient is scattered.
 */
export function buildPretrainingStep(
  config: LlamaConfig,
  shape: BatchShape,
  optimiser: Optimiser,
): Uint8Array<ArrayBuffer> {
  const trainables = languageModelTrainables(config);
  const { tape, loss, parameters } = languageModel(config, shape, trainables);
  tape.graph.output('loss', loss);
  const flat = flatGradient(tape, loss, parameters, false);
  emitUpdate(tape.graph, flat, parameters, trainables, optimiser);
  return encodeModel(tape.graph);
}

/** Inputs `ids`, `targets` [N] and `parameters`; output `loss` [1]. */
export function buildLanguageModelLoss(config: LlamaConfig, shape: BatchShape) {
  const { tape, loss } = languageModel(config, shape, languageModelTrainables(config));
  tape.graph.output('loss', loss);
  return encodeModel(tape.graph);
}

/** Inputs `ids` [N]; output `logits` [N, V], from a fixed checkpoint. */
export function buildLogits(
  config: LlamaConfig,
  base: ReadonlyMap<string, NamedTensor>,
  shape: BatchShape,
): Uint8Array<ArrayBuffer> {
  const tape = new Tape(new Graph());
  const weight = (name: string) => {
    const tensor = base.get(name);
    if (!tensor) throw new Error(`the base model lacks ${name}`);
    return tape.graph.share(name, () => tape.graph.weights(name, tensor.shape, tensor.data));
  };
  const ids = tape.graph.input('ids', [shape.batch * shape.length], 'int32');
  tape.graph.output('logits', logitsOf(tape, config, shape, ids, weight));
  return encodeModel(tape.graph);
}

function languageModel(config: LlamaConfig, shape: BatchShape, trainables: readonly Trainable[]) {
  const tape = new Tape(new Graph());
  const g = tape.graph;
  const rows = shape.batch * shape.length;
  const ids = g.input('ids', [rows], 'int32');
  const targets = g.input('targets', [rows], 'int32');
  const parameters = flatParameters(tape, trainables);
  const logits = logitsOf(tape, config, shape, ids, (name) => {
    const part = parameters.parts.get(name);
    if (!part) throw new Error(`${name} is not trained`);
    return part;
  });
  const rowWeights = g.weights('row-weights', [rows, 1], new Float32Array(rows).fill(1 / rows));
  return { tape, parameters, loss: f.crossEntropy(tape, logits, targets, rowWeights) };
}

function logitsOf(
  tape: Tape,
  config: LlamaConfig,
  shape: BatchShape,
  ids: Tensor,
  weight: (name: string) => Tensor,
): Tensor {
  const hidden = decoder(
    tape,
    config,
    shape,
    ids,
    {
      tensor: weight,
      project: (inner, x, layer, module) =>
        f.linear(inner, x, weight(`${linearPath(layer, module)}.weight`)),
    },
    { embeddingGradient: 'scatter' },
  );
  return f.linear(tape, hidden, weight(config.tiedEmbeddings ? EMBEDDING : LM_HEAD));
}
