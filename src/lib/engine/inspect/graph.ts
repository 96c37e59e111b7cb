/**
 * The forward pass with its intermediate tensors as outputs: the same decoder that is trained and evaluated, built
 * with a {@link Probe}. It is no second implementation; what is seen here is what a run computes.
 */
import { defaultMethod, type LinearModule, type Quantisation } from '../formats/recipe.ts';
import { Tape } from '../graph/autodiff.ts';
import * as f from '../graph/functions.ts';
import { Graph } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import type { BaseModel } from '../model/base-model.ts';
import { EMBEDDING, LM_HEAD } from '../model/config.ts';
import { adaptedDecoder, baseTensor } from '../train/adapted.ts';

/** Names of the graph's outputs. */
export const seen = {
  /** The residual stream behind so many blocks, [T, D]; 0 is the embeddings. */
  residual: (blocks: number) => `residual.${blocks}`,
  /** What a linear module reads, [T, in]. */
  input: (layer: number, module: LinearModule) => `layers.${layer}.${sharedInput(module)}.input`,
  /** What it writes, [T, out]. */
  output: (layer: number, module: LinearModule) => `layers.${layer}.${module}.output`,
  /** Scaled products of queries and keys before the mask, [1, h, T, T]. */
  scores: (layer: number) => `layers.${layer}.scores`,
  /** Attention: each row of each head sums to one, [1, h, T, T]. */
  attention: (layer: number) => `layers.${layer}.attention`,
  /** After the final norm, [T, D]. */
  hidden: 'hidden',
  /** [T, V] */
  logits: 'logits',
};

/** Modules that read the same values name them by the first of them. */
function sharedInput(module: LinearModule): LinearModule {
  if (module === 'k_proj' || module === 'v_proj') return 'q_proj';
  return module === 'up_proj' ? 'gate_proj' : module;
}

/** Input `ids` [T] int32; outputs as {@link seen} names them. */
export function inspectionGraph(
  { config, weights }: Pick<BaseModel, 'config' | 'weights'>,
  quantisation: Quantisation,
  length: number,
): Graph {
  const tape = new Tape(new Graph());
  const g = tape.graph;
  const recipe = { method: defaultMethod('head'), quantisation, recomputeActivations: false };
  const model = { config, base: weights, recipe };
  const none = new Map<string, never>();
  const ids = g.input('ids', [length], 'int32');
  const hidden = adaptedDecoder(tape, model, { batch: 1, length }, ids, none, false, {
    residual: (blocks, x) => g.output(seen.residual(blocks), x),
    linear(layer, module, x, y) {
      if (sharedInput(module) === module) g.output(seen.input(layer, module), x);
      g.output(seen.output(layer, module), y);
    },
    attention(layer, scores, weights) {
      g.output(seen.scores(layer), scores);
      g.output(seen.attention(layer), weights);
    },
  });
  g.output(seen.hidden, hidden);
  const head = baseTensor(g, model, none, config.tiedEmbeddings ? EMBEDDING : LM_HEAD);
  g.output(seen.logits, f.linear(tape, hidden, head));
  return g;
}

export const buildInspection = (...args: Parameters<typeof inspectionGraph>) =>
  encodeModel(inspectionGraph(...args));
