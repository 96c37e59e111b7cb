/** The inputs of a training step that are fed random numbers: one for each place where the method drops out. */
import type { Recipe } from '../formats/recipe.ts';
import { linearPath, linearShape, type LlamaConfig } from '../model/config.ts';
import { eachLayer } from '../methods/method.ts';

/** How the names of such inputs begin. */
export const NOISE = 'noise:';

export interface NoiseInput {
  name: string;
  shape: readonly [number];
}

/** A module's input [N, in] is dropped out by N + in numbers: see `adapted.ts`. */
export function noiseInputs(
  config: LlamaConfig,
  { method, batchSize, sequenceLength }: Pick<Recipe, 'method' | 'batchSize' | 'sequenceLength'>,
): NoiseInput[] {
  if (method.kind !== 'lora' || method.dropout === 0) return [];
  const rows = batchSize * sequenceLength;
  return eachLayer(config, (layer) =>
    method.targets.map((module) => ({
      name: `${NOISE}${linearPath(layer, module)}`,
      shape: [rows + linearShape(config, module)[1]] as const,
    })),
  );
}
