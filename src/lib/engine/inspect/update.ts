/** Where a finished run's update went: ΔW of each matrix, merged by `formats/merge.ts` and compared with the base. */
import { readArtifact } from '../formats/artifact.ts';
import { isMergeable, mergeAdapter, mergeModule, type MergedModule } from '../formats/merge.ts';
import type { LinearModule, Recipe } from '../formats/recipe.ts';
import type { NamedTensor } from '../formats/safetensors.ts';
import { exportedTrainables } from '../methods/index.ts';
import type { BaseModel } from '../model/base-model.ts';
import { checkpointTensors } from '../model/config.ts';
import { roundedTo } from '../quant/quantise.ts';
import { baseFor } from '../train/evaluate.ts';
import { unpack } from '../train/parameters.ts';

export interface Update {
  /** Of the base's tensors. */
  name: string;
  /** Frobenius norm of ΔW, 0 where nothing moved. */
  norm: number;
  /** The same of W as the run stored it. */
  base: number;
}

/**
 * One entry for each tensor of the base; null where what was trained is no change of weights (adapters, prefixes).
 * @param labels size of the run's label set
 * @throws {ArtifactError} when the artifact is not the recipe's
 */
export function updateOf(
  model: BaseModel,
  recipe: Recipe,
  artifact: Uint8Array,
  labels: number,
): Update[] | null {
  const { method, quantisation } = recipe;
  if (!isMergeable(method)) return null;
  const { config, weights: start } = baseFor(recipe, model);
  const tensors = trainedTensors(model, recipe, artifact, labels);
  const merged = mergeAdapter(config, start, recipe, tensors);
  return checkpointTensors(config).map(({ name, shape, linear }) => {
    const after = merged.get(name)!.data;
    const stored = start.get(name)!.data;
    const before =
      linear && quantisation !== 'fp32'
        ? roundedTo(quantisation, stored, [shape[0]!, shape[1]!])
        : stored;
    return { name, norm: norm(before, after), base: norm(before) };
  });
}

export interface ModuleUpdate extends MergedModule {
  /** What the artifact holds, by name: of LoRA the factors A and B. */
  tensors: ReadonlyMap<string, NamedTensor>;
  /** merged − stored, in float64: of LoRA s·B·A to the rounding of W. [out, in] */
  delta: Float64Array;
}

/**
 * ΔW of one linear module, number by number.
 * @param labels size of the run's label set
 * @throws {ArtifactError} when the artifact is not the recipe's
 * @throws {MergeError} when the recipe's method changes no weights
 */
export function moduleUpdate(
  model: BaseModel,
  recipe: Recipe,
  artifact: Uint8Array,
  labels: number,
  layer: number,
  module: LinearModule,
): ModuleUpdate {
  const { config, weights } = baseFor(recipe, model);
  const tensors = trainedTensors(model, recipe, artifact, labels);
  const whole = mergeModule(config, weights, recipe, tensors, layer, module);
  const delta = whole.merged.map((value, i) => value - whole.stored[i]!);
  return { ...whole, tensors, delta };
}

function trainedTensors(
  { config }: BaseModel,
  { method }: Recipe,
  artifact: Uint8Array,
  labels: number,
): Map<string, NamedTensor> {
  const trainables = exportedTrainables(config, method, labels);
  return unpack(trainables, readArtifact(artifact, trainables));
}

/** ‖b − a‖, or ‖a‖ without a b. */
function norm(a: Float32Array, b?: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((b?.[i] ?? 0) - a[i]!) ** 2;
  return Math.sqrt(sum);
}
