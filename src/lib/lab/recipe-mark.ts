/** The mark of a recipe: what `Mark.svelte` is to draw for it. */
import type { Method, Recipe } from '../engine/formats/recipe.ts';
import type { MarkKind } from '../ui/mark.ts';

export interface RecipeMark {
  kind: MarkKind;
  rank: number;
  width: number;
  hatched: boolean;
}

/** Hidden size that is drawn where the model's is not known. */
const USUAL_WIDTH = 128;
/** Rank of strips that stand for no number. */
const PLAIN = 8;

/** @param width the model's hidden size */
export function markOf({ method, quantisation }: Recipe, width = USUAL_WIDTH): RecipeMark {
  const hatched = quantisation !== 'fp32';
  return { kind: method.kind, rank: smallSide(method, width), width, hatched };
}

function smallSide(method: Method, width: number): number {
  switch (method.kind) {
    case 'lora':
      return method.rank;
    case 'adapter':
      return width / method.reduction;
    case 'prefix':
    case 'p-tuning-v2':
      return method.length;
    case 'full':
    case 'head':
    case 'ia3':
    case 'prompting':
      return PLAIN;
  }
}
