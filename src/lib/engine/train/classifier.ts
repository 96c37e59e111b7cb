/**
 * The classifier as graphs: a base model under a method, its last real token's hidden state scored by the head.
 * Builds the training step (forward, backward, clipping, update in one graph), the evaluation, and the graph
 * that folds away what was only needed for training.
 */
import type { Optimiser, Recipe } from '../formats/recipe.ts';
import { Tape } from '../graph/autodiff.ts';
import * as f from '../graph/functions.ts';
import { bytesOf, Graph, type Tensor } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import { elements } from '../graph/dtype.ts';
import { definitionOf, exportedTrainables, trainablesOf } from '../methods/index.ts';
import { EMBEDDING, LM_HEAD } from '../model/config.ts';
import { adaptedDecoder, baseTensor, partOf, type AdaptedModel } from './adapted.ts';
import {
  emitUpdate,
  flatGradient,
  flatParameters,
  nextName,
  type FlatParameters,
} from './update.ts';
import { optimiserState } from './optimisers/index.ts';

export interface ClassifierSpec extends AdaptedModel {
  recipe: AdaptedModel['recipe'] & Pick<Recipe, 'sequenceLength'>;
  labels: number;
  batchSize: number;
  /** The token each label is known by; a method without a trained head needs it. */
  labelTokens?: readonly number[];
}

/** Outputs of the training step that are fed back into the next one. */
export function stateOutputs(optimiser: Optimiser): string[] {
  return ['parameters', ...optimiserState(optimiser, 1).map(({ name }) => name)].map(nextName);
}

export interface TrainingStep {
  graph: Graph;
  /** The flat gradient [P], before clipping. */
  gradient: Tensor;
}

/**
 * Inputs: `ids` [N], `last`, `labels` [B], `weights` [B] (see `Batch`), noise where the method drops out, and
 * those of {@link emitUpdate}. Outputs: `loss` [1], and those of {@link emitUpdate}.
 * @param accumulate true adds the input `accumulated` [P] to the gradient
 */
export function trainingStep(
  spec: ClassifierSpec,
  optimiser: Optimiser,
  accumulate = false,
): TrainingStep {
  const { tape, loss, parameters } = classifier(spec, { training: true });
  const g = tape.graph;
  g.output('loss', loss);
  const { flat, vector } = gradientOf(tape, loss, parameters, accumulate);
  const trainables = trainablesOf(spec.config, spec.recipe.method, spec.labels);
  emitUpdate(g, flat, vector, trainables, optimiser);
  return { graph: g, gradient: flat };
}

/** The step of a batch that is not an update's last one. Inputs as above but for the optimiser's; outputs `loss` and `nextAccumulated` [P]. */
export function accumulationStep(spec: ClassifierSpec): Graph {
  const { tape, loss, parameters } = classifier(spec, { training: true });
  tape.graph.output('loss', loss);
  const { flat } = gradientOf(tape, loss, parameters, true);
  tape.graph.output('nextAccumulated', flat);
  return tape.graph;
}

function gradientOf(tape: Tape, loss: Tensor, parameters: FlatParameters | null, add: boolean) {
  if (!parameters) throw new Error('this method trains nothing');
  return { flat: flatGradient(tape, loss, parameters, add), vector: parameters };
}

/** The step's graph as ONNX Runtime loads it. */
export function buildTrainingStep(
  spec: ClassifierSpec,
  optimiser: Optimiser,
  accumulate = false,
): Uint8Array<ArrayBuffer> {
  return encodeModel(trainingStep(spec, optimiser, accumulate).graph);
}

/** Inputs as above without the optimiser's; outputs `loss` [1] and `logits` [B, labels]. */
export function buildEvaluation(spec: ClassifierSpec): Uint8Array<ArrayBuffer> {
  const { tape, loss, logits } = classifier(spec);
  tape.graph.output('loss', loss);
  tape.graph.output('logits', logits);
  return encodeModel(tape.graph);
}

/**
 * Input `parameters` [P] as they are trained, output `exported` [P'] as the artifact holds them.
 * @returns null where the two are the same
 */
export function buildFold(
  config: AdaptedModel['config'],
  method: Recipe['method'],
  labels: number,
): Uint8Array<ArrayBuffer> | null {
  const tape = new Tape(new Graph());
  const g = tape.graph;
  const { parts } = flatParameters(tape, trainablesOf(config, method, labels));
  const folded = definitionOf(method).fold(tape, method, {
    config,
    trained: (name) => partOf(parts, name),
  });
  if (!folded) return null;
  const pieces = exportedTrainables(config, method, labels).map(({ name, shape }) =>
    g.reshape(folded.get(name) ?? partOf(parts, name), [elements(shape)]),
  );
  g.output('exported', g.concat(pieces, 0));
  return encodeModel(g);
}

/**
 * Forward pass to the loss. `real: 'float64'` builds the graph that gradients are checked on.
 * @returns `parameters` null where the method trains nothing
 */
export function classifier(
  spec: ClassifierSpec,
  { real = 'float32', training = false }: { real?: Graph['real']; training?: boolean } = {},
) {
  const { config, recipe, labels, batchSize } = spec;
  const tape = new Tape(new Graph(real));
  const g = tape.graph;
  const length = recipe.sequenceLength;
  const ids = g.input('ids', [batchSize * length], 'int32');
  const last = g.input('last', [batchSize], 'int32');
  const targets = g.input('labels', [batchSize], 'int32');
  const rowWeights = g.input('weights', [batchSize]);
  const trainables = trainablesOf(config, recipe.method, labels);
  const parameters = trainables.length > 0 ? flatParameters(tape, trainables) : null;
  const parts = parameters?.parts ?? new Map<string, Tensor>();

  const hidden = adaptedDecoder(tape, spec, { batch: batchSize, length }, ids, parts, training);
  const pooled = f.selectRows(tape, hidden, last);
  const { headName } = definitionOf(recipe.method);
  const score = headName === null ? labelRows(g, spec, parts) : partOf(parts, headName);
  const logits = f.linear(tape, pooled, score);
  const loss = f.crossEntropy(tape, logits, targets, g.reshape(rowWeights, [batchSize, 1]));
  return { tape, logits, loss, parameters };
}

/** Rows of the language-model head for the labels' tokens, [labels, D]: the head of a method that trains none. */
function labelRows(g: Graph, spec: ClassifierSpec, parts: ReadonlyMap<string, Tensor>): Tensor {
  const { labelTokens, config, labels } = spec;
  if (labelTokens?.length !== labels) throw new Error('a token is needed for each label');
  const table = baseTensor(g, spec, parts, config.tiedEmbeddings ? EMBEDDING : LM_HEAD);
  const tokens = g.initializer(
    'label-tokens',
    [labels],
    bytesOf(Int32Array.from(labelTokens)),
    'int32',
  );
  return g.gather(table, tokens);
}
