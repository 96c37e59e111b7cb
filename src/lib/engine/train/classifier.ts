/**
 * The classifier as graphs: a base model under a method, its last real token's hidden state scored by the head.
 * Builds the training step (forward, backward, clipping, AdamW in one graph) and the evaluation.
 */
import type { Recipe } from '../formats/recipe.ts';
import type { NamedTensor } from '../formats/safetensors.ts';
import { Tape } from '../graph/autodiff.ts';
import * as f from '../graph/functions.ts';
import { Graph, type Tensor } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import { definitionOf, trainablesOf } from '../methods/index.ts';
import { checkpointTensors, linearPath, linearShape, type LlamaConfig } from '../model/config.ts';
import { decoder, type Weights } from '../model/llama.ts';
import { quantisedWeight } from '../quant/quantise.ts';
import { adamwUpdate, flatParameters } from './adamw.ts';

export interface ClassifierSpec {
  config: LlamaConfig;
  /** Read when the graph is encoded: a graph that is only counted needs none. */
  base: ReadonlyMap<string, NamedTensor>;
  recipe: Pick<Recipe, 'method' | 'quantisation' | 'sequenceLength'>;
  labels: number;
  batchSize: number;
}

/** Outputs of the training step that are fed back into the next one. */
export const STATE_OUTPUTS = ['nextParameters', 'nextMoment1', 'nextMoment2'] as const;

export interface TrainingStep {
  graph: Graph;
  /** The flat gradient [P], before clipping. */
  gradient: Tensor;
}

/**
 * Inputs: `ids` [N], `last`, `labels` [B], `weights` [B] (see `Batch`), and those of {@link adamwUpdate}.
 * Outputs: `loss` [1], and those of {@link adamwUpdate}.
 */
export function trainingStep(spec: ClassifierSpec, optimiser: Recipe['optimiser']): TrainingStep {
  const { tape, loss, parameters } = classifier(spec);
  tape.graph.output('loss', loss);
  const trainables = trainablesOf(spec.config, spec.recipe.method, spec.labels);
  return {
    graph: tape.graph,
    gradient: adamwUpdate(tape, loss, parameters, trainables, optimiser),
  };
}

/** The step's graph as ONNX Runtime loads it. */
export function buildTrainingStep(
  spec: ClassifierSpec,
  optimiser: Recipe['optimiser'],
): Uint8Array<ArrayBuffer> {
  return encodeModel(trainingStep(spec, optimiser).graph);
}

/** Inputs as above without AdamW's; outputs `loss` [1] and `logits` [B, labels]. */
export function buildEvaluation(spec: ClassifierSpec): Uint8Array<ArrayBuffer> {
  const { tape, loss, logits } = classifier(spec);
  tape.graph.output('loss', loss);
  tape.graph.output('logits', logits);
  return encodeModel(tape.graph);
}

/** Forward pass to the loss. `real: 'float64'` builds the graph that gradients are checked on. */
export function classifier(spec: ClassifierSpec, real: Graph['real'] = 'float32') {
  const { config, recipe, labels, batchSize } = spec;
  const tape = new Tape(new Graph(real));
  const g = tape.graph;
  const length = recipe.sequenceLength;
  const ids = g.input('ids', [batchSize * length], 'int32');
  const last = g.input('last', [batchSize], 'int32');
  const targets = g.input('labels', [batchSize], 'int32');
  const rowWeights = g.input('weights', [batchSize]);
  const parameters = flatParameters(tape, trainablesOf(config, recipe.method, labels));

  const weights = methodWeights(tape, spec, parameters.parts);
  const hidden = decoder(tape, config, { batch: batchSize, length }, ids, weights);
  const pooled = f.selectRows(tape, hidden, last);
  const score = part(parameters.parts, definitionOf(recipe.method).headName);
  const logits = f.linear(tape, pooled, score);
  const loss = f.crossEntropy(tape, logits, targets, g.reshape(rowWeights, [batchSize, 1]));
  return { tape, logits, loss, parameters };
}

/** Serves the decoder its weights: trained where the method trains them, frozen and quantised elsewhere. */
function methodWeights(
  tape: Tape,
  { config, base, recipe }: ClassifierSpec,
  parts: ReadonlyMap<string, Tensor>,
): Weights {
  const g = tape.graph;
  const { method, quantisation } = recipe;
  const definition = definitionOf(method);
  const shapes = new Map(checkpointTensors(config).map(({ name, shape }) => [name, shape]));
  const frozen = (name: string) => {
    const shape = shapes.get(name);
    if (!shape) throw new Error(`the base model has no ${name}`);
    return g.share(name, () => g.weights(name, shape, () => checkpointTensor(base, name).data));
  };
  const tensor = (name: string) => {
    const trained = definition.trainedBase(name);
    return trained === null ? frozen(name) : part(parts, trained);
  };
  const quantised = (name: string, shape: [number, number]): Tensor => {
    if (quantisation === 'fp32') return frozen(name);
    const values = () => checkpointTensor(base, name).data;
    return quantisedWeight(g, name, values, shape, quantisation);
  };
  return {
    tensor,
    project(x, layer, module) {
      const name = `${linearPath(layer, module)}.weight`;
      const weight =
        definition.trainedBase(name) === null
          ? quantised(name, linearShape(config, module))
          : tensor(name);
      return definition.project(tape, method, {
        x,
        layer,
        module,
        base: () => f.linear(tape, x, weight),
        trained: (partName) => part(parts, partName),
      });
    },
  };
}

function part(parts: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = parts.get(name);
  if (!tensor) throw new Error(`the method trains no ${name}`);
  return tensor;
}

function checkpointTensor(base: ReadonlyMap<string, NamedTensor>, name: string): NamedTensor {
  const tensor = base.get(name);
  if (!tensor) throw new Error(`the base model lacks ${name}`);
  return tensor;
}
