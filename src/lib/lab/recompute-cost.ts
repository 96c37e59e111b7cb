/** Both sides of activation checkpointing for one recipe: the memory it saves and the computing it adds. */
import type { Recipe } from '../engine/formats/recipe.ts';
import type { LlamaConfig } from '../engine/model/config.ts';
import { countRecipe, totalBytes } from '../engine/train/count.ts';
import { formatBytes, formatFixed } from '../ui/format.ts';

export interface RecomputeCost {
  /** Bytes of a training step with every activation kept, and with each block's computed again. */
  keptBytes: number;
  recomputedBytes: number;
  /** Multiplications of a step that recomputes over those of one that keeps. */
  work: number;
}

/** Counts the recipe's step twice, some 30 ms of work. @param labels size of the task's label set */
export function recomputeCost(config: LlamaConfig, recipe: Recipe, labels: number): RecomputeCost {
  const count = (recomputeActivations: boolean) =>
    countRecipe(config, { ...recipe, recomputeActivations }, labels);
  const [kept, recomputed] = [count(false), count(true)];
  return {
    keptBytes: totalBytes(kept.memory),
    recomputedBytes: totalBytes(recomputed.memory),
    work: recomputed.multiplications / kept.multiplications,
  };
}

export function describeRecompute({ keptBytes, recomputedBytes, work }: RecomputeCost): string {
  const more = work > 1 ? `${formatFixed(work, 2)} times the multiplications` : 'no more work';
  const saved = keptBytes - recomputedBytes;
  return saved > 0
    ? `Saves ${formatBytes(saved)} of ${formatBytes(keptBytes)} a step, for ${more}. Counted, not measured.`
    : `Saves nothing with this recipe, for ${more}: its activations are not where a step needs most memory.`;
}
