/**
 * Merging: an adapter folded into the weights of its base model, so that the result is an ordinary checkpoint that
 * computes what base and adapter compute together, without the adapter's extra work.
 *
 *   LoRA   W + s·B·A
 *   DoRA   m ⊙ (W + s·B·A) / ‖W + s·B·A‖ by row
 *   IA³    rows of W times the factors of its outputs, columns times those of its inputs
 *
 * An adapter that was trained on a quantised base corrects the dequantised weights, not the original ones, so it
 * is those that it is merged into. Bottleneck adapters are not linear and prefixes are no weights: neither can be
 * merged. Sums are made in float64 and rounded once.
 */
import { ia3Name, IA3_INPUTS, IA3_OUTPUTS } from '../methods/ia3.ts';
import { definitionOf } from '../methods/index.ts';
import { loraNames, loraScale } from '../methods/lora.ts';
import { checkpointTensors, linearPath, linearShape, type LlamaConfig } from '../model/config.ts';
import { roundedTo } from '../quant/quantise.ts';
import { LINEAR_MODULES, type LinearModule, type Method, type Recipe } from './recipe.ts';
import type { NamedTensor } from './safetensors.ts';

type Tensors = ReadonlyMap<string, NamedTensor>;

/** The head's name in a checkpoint of `LlamaForSequenceClassification`. */
export const SCORE = 'score.weight';

export class MergeError extends Error {
  override name = 'MergeError';
}

/** Whether a method's artifact can become part of the weights. */
export function isMergeable({ kind }: Method): boolean {
  return kind === 'lora' || kind === 'ia3' || kind === 'full' || kind === 'head';
}

/**
 * The checkpoint of a fine-tuned classifier: every tensor of the base under its own name, and `score.weight`.
 * @param base the base model's tensors, in fp32
 * @param tensors the artifact's, by name
 * @throws {MergeError} when the method cannot be merged, or a tensor is missing
 */
export function mergeAdapter(
  config: LlamaConfig,
  base: Tensors,
  { method, quantisation }: Pick<Recipe, 'method' | 'quantisation'>,
  tensors: Tensors,
): Map<string, NamedTensor> {
  if (!isMergeable(method)) throw new MergeError(`${method.kind} cannot be merged into weights`);
  const definition = definitionOf(method);
  const modules = new Map<string, { layer: number; module: LinearModule }>(
    Array.from({ length: config.layers }, (_, layer) =>
      LINEAR_MODULES.map(
        (module) => [`${linearPath(layer, module)}.weight`, { layer, module }] as const,
      ),
    ).flat(),
  );
  const merged = new Map<string, NamedTensor>();
  for (const { name, shape } of checkpointTensors(config)) {
    const linear = modules.get(name);
    const trained = definition.trainedBase(name, method);
    const data = linear
      ? Float32Array.from(
          mergeModule(config, base, { method, quantisation }, tensors, linear.layer, linear.module)
            .merged,
        )
      : tensorOf(trained === null ? base : tensors, trained ?? name).data;
    merged.set(name, { shape, data });
  }
  if (definition.headName !== null) merged.set(SCORE, tensorOf(tensors, definition.headName));
  return merged;
}

export interface MergedModule {
  shape: readonly [out: number, into: number];
  /** W as the run computed with it: rounded to its format and back where the base was quantised. */
  stored: Float32Array;
  /** The same with what was trained in it, not yet rounded to fp32. */
  merged: Float64Array;
}

/**
 * One linear module's weight of {@link mergeAdapter}, before and after. [out, in]
 * @throws {MergeError} as there
 */
export function mergeModule(
  config: LlamaConfig,
  base: Tensors,
  { method, quantisation }: Pick<Recipe, 'method' | 'quantisation'>,
  tensors: Tensors,
  layer: number,
  module: LinearModule,
): MergedModule {
  if (!isMergeable(method)) throw new MergeError(`${method.kind} cannot be merged into weights`);
  const name = `${linearPath(layer, module)}.weight`;
  const shape = linearShape(config, module);
  const original = tensorOf(base, name).data;
  const stored = quantisation === 'fp32' ? original : roundedTo(quantisation, original, shape);
  const trained = definitionOf(method).trainedBase(name, method);
  const merged =
    trained === null
      ? adapted(config, method, tensors, layer, module, stored)
      : Float64Array.from(tensorOf(tensors, trained).data);
  return { shape, stored, merged };
}

/** One linear module's weight with the adapter in it. [out, in] */
function adapted(
  config: LlamaConfig,
  method: Method,
  tensors: Tensors,
  layer: number,
  module: LinearModule,
  weight: Float32Array,
): Float64Array {
  const [, into] = linearShape(config, module);
  const values = (name: string) => tensorOf(tensors, name).data;
  if (method.kind === 'lora' && method.targets.includes(module)) {
    const { a, b, magnitude } = loraNames(layer, module);
    const moved = plusProduct(weight, loraScale(method), values(b), values(a), method.rank, into);
    if (method.dora) scaleRowsTo(moved, values(magnitude), into);
    return moved;
  }
  if (method.kind === 'ia3' && IA3_OUTPUTS.includes(module)) {
    const factors = values(ia3Name(layer, module));
    return Float64Array.from(weight, (value, i) => value * factors[Math.floor(i / into)]!);
  }
  if (method.kind === 'ia3' && IA3_INPUTS.includes(module)) {
    const factors = values(ia3Name(layer, module));
    return Float64Array.from(weight, (value, i) => value * factors[i % into]!);
  }
  return Float64Array.from(weight);
}

/** W + s·B·A. weight [out, in], b [out, r], a [r, in] */
function plusProduct(
  weight: Float32Array,
  scale: number,
  b: Float32Array,
  a: Float32Array,
  rank: number,
  into: number,
): Float64Array {
  return Float64Array.from(weight, (value, i) => {
    const [row, column] = [Math.floor(i / into), i % into];
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += b[row * rank + k]! * a[k * into + column]!;
    return value + scale * sum;
  });
}

/** Gives each row the length that `lengths` says, in place. */
function scaleRowsTo(matrix: Float64Array, lengths: Float32Array, into: number): void {
  lengths.forEach((length, row) => {
    const values = matrix.subarray(row * into, (row + 1) * into);
    const factor = length / Math.hypot(...values);
    values.forEach((value, column) => (values[column] = value * factor));
  });
}

function tensorOf(tensors: Tensors, name: string): NamedTensor {
  const tensor = tensors.get(name);
  if (!tensor) throw new MergeError(`there is no ${name}`);
  return tensor;
}
