/** What the LoRA lab asks its worker. */
import type { LinearModule, Recipe } from '../../engine/formats/recipe.ts';
import type { Spectrum } from '../../engine/inspect/spectrum.ts';
import type { QuantisedMatrix } from './recorded.ts';

export interface Trained {
  recipe: Recipe;
  artifact: Uint8Array<ArrayBuffer>;
}

export interface Matrix {
  rows: number;
  columns: number;
  data: Float32Array;
}

export interface ModuleMatrices {
  /** As the run computes with it: rounded to its format and back. */
  w: Matrix;
  /** Null where the method puts none here. */
  b: Matrix | null;
  a: Matrix | null;
  /** DoRA's length of each row, [out, 1]. */
  magnitude: Matrix | null;
  /** ΔW; null before training. */
  delta: Matrix | null;
}

interface Where {
  /** Size of the run's label set. */
  labels: number;
  layer: number;
  module: LinearModule;
}

export interface LoraQuestions {
  /** The numbers of one module: of a run of the reader's, or before the first step. */
  matrices: {
    ask: Where & { recipe: Recipe; artifact: Uint8Array<ArrayBuffer> | null };
    answer: ModuleMatrices;
  };
  spectrum: { ask: Where & Trained; answer: Spectrum };
  quantise: { ask: Pick<Where, 'layer' | 'module'> & { recipe: Recipe }; answer: QuantisedMatrix };
}
export type Ask<K extends keyof LoraQuestions> = LoraQuestions[K]['ask'];
export type Answer<K extends keyof LoraQuestions> = LoraQuestions[K]['answer'];
