/** A base model under a method: serves the decoder each weight, trained or frozen or quantised, and the method's part. */
import type { Recipe } from '../formats/recipe.ts';
import type { NamedTensor } from '../formats/safetensors.ts';
import type { Tape } from '../graph/autodiff.ts';
import * as f from '../graph/functions.ts';
import type { Graph, Tensor } from '../graph/graph.ts';
import { definitionOf } from '../methods/index.ts';
import { checkpointTensors, linearPath, linearShape, type LlamaConfig } from '../model/config.ts';
import { decoder, type BatchShape, type Probe, type Weights } from '../model/llama.ts';
import { quantisedWeight } from '../quant/quantise.ts';
import { NOISE } from './noise.ts';

export interface AdaptedModel {
  config: LlamaConfig;
  /** Read when the graph is encoded: a graph that is only counted needs none. */
  base: ReadonlyMap<string, NamedTensor>;
  recipe: Pick<Recipe, 'method' | 'quantisation' | 'recomputeActivations'>;
}

/**
 * Hidden states after the final norm, [N, D].
 * @param parts the method's trained tensors by name
 * @param training whether dropout acts
 * @param probe sees values on their way; in evaluation alone
 */
export function adaptedDecoder(
  tape: Tape,
  model: AdaptedModel,
  shape: BatchShape,
  ids: Tensor,
  parts: ReadonlyMap<string, Tensor>,
  training: boolean,
  probe?: Probe,
): Tensor {
  const weights = adaptedWeights(tape, model, parts, training);
  const recompute = training && model.recipe.recomputeActivations;
  return decoder(tape, model.config, shape, ids, weights, { recompute, probe });
}

/** A tensor of the base model as the method has it: trained, or frozen in fp32. */
export function baseTensor(
  g: Graph,
  { config, base, recipe }: AdaptedModel,
  parts: ReadonlyMap<string, Tensor>,
  name: string,
): Tensor {
  const trained = definitionOf(recipe.method).trainedBase(name, recipe.method);
  if (trained !== null) return partOf(parts, trained);
  const shape = checkpointTensors(config).find((tensor) => tensor.name === name)?.shape;
  if (!shape) throw new Error(`the base model has no ${name}`);
  return g.share(name, () => g.weights(name, shape, () => checkpointTensor(base, name).data));
}

function adaptedWeights(
  tape: Tape,
  model: AdaptedModel,
  parts: ReadonlyMap<string, Tensor>,
  training: boolean,
): Weights {
  const { config, base, recipe } = model;
  const { method, quantisation } = recipe;
  const g = tape.graph;
  const definition = definitionOf(method);
  const context = { config, trained: (name: string) => partOf(parts, name) };
  const tensor = (name: string) => baseTensor(g, model, parts, name);
  return {
    tensor,
    project(inner, x, layer, module) {
      const path = linearPath(layer, module);
      const name = `${path}.weight`;
      const quantised = quantisation !== 'fp32' && definition.trainedBase(name, method) === null;
      const values = () => checkpointTensor(base, name).data;
      const make = () =>
        quantised
          ? quantisedWeight(g, name, values, linearShape(config, module), quantisation, inner.zero)
          : tensor(name);
      // Unpacked once a pass, however often it is read.
      let made: Tensor | undefined;
      const weight = () => (made ??= make());
      return definition.project(inner, method, {
        ...context,
        x,
        layer,
        module,
        weight,
        base: (input) => f.linear(inner, input, weight()),
        dropout: (input, share) =>
          training && share > 0 ? dropout(inner, input, share, `${NOISE}${path}`) : input,
      });
    },
    behind: (inner, x, layer, sublayer) =>
      definition.behind(inner, method, { ...context, x, layer, sublayer }),
    prefix: definition.prefix(tape, method, context),
  };
}

/**
 * x with `share` of its elements set to zero and the rest scaled by 1 / (1 − share).
 *
 * An element (i, j) is kept where the fractional part of u_i + v_j is at least `share`. For uniform u and v each such
 * sum is uniform and any two are independent, so a graph needs N + D numbers from the host, the same on every
 * device, where a number of its own for each element would be N·D.
 */
function dropout(tape: Tape, x: Tensor, share: number, name: string): Tensor {
  const g = tape.graph;
  const [rows, width] = [x.shape[0]!, x.shape[1]!];
  const noise = g.share(name, () => g.input(name, [rows + width]));
  const u = g.reshape(g.slice(noise, 0, 0, rows), [rows, 1]);
  const v = g.reshape(g.slice(noise, 0, rows, rows + width), [1, width]);
  const sum = g.add(u, v);
  const kept = g.greaterOrEqual(g.sub(sum, g.floor(sum)), g.scalar(share));
  return f.mul(tape, x, g.mul(g.cast(kept, g.real), g.scalar(1 / (1 - share))));
}

export function partOf(parts: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = parts.get(name);
  if (!tensor) throw new Error(`the method trains no ${name}`);
  return tensor;
}

function checkpointTensor(base: ReadonlyMap<string, NamedTensor>, name: string): NamedTensor {
  const tensor = base.get(name);
  if (!tensor) throw new Error(`the base model lacks ${name}`);
  return tensor;
}
