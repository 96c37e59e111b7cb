/** The logits that an artifact gives single texts. Used by tests and to make their fixtures. */
import { collate } from '../data/batches.ts';
import { readArtifact } from '../formats/artifact.ts';
import { defaultRecipe, type Method } from '../formats/recipe.ts';
import { definitionOf, exportedTrainables } from '../methods/index.ts';
import type { BaseModel } from '../model/base-model.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { buildEvaluation } from '../train/classifier.ts';
import { batchFeeds } from '../train/evaluate.ts';

/**
 * @param method as it was trained
 * @param texts ids of each text
 * @returns [labels] by text
 */
export async function artifactLogits(
  runtime: Runtime,
  { config, weights }: BaseModel,
  method: Method,
  artifact: Uint8Array,
  labels: number,
  texts: readonly (readonly number[])[],
): Promise<number[][]> {
  const parameters = readArtifact(artifact, exportedTrainables(config, method, labels));
  const exported = definitionOf(method).exported(method);
  const recipe = { ...defaultRecipe(method.kind), method: exported };
  const spec = { config, base: weights, recipe, labels, batchSize: 1 };
  const session = await runtime.createSession(buildEvaluation(spec));
  const results: number[][] = [];
  for (const ids of texts) {
    const batch = collate([{ ids: [...ids], label: 0 }], 1, recipe.sequenceLength, config.padToken);
    const outputs = await session.run({
      ...batchFeeds(batch),
      parameters: { data: parameters, shape: [parameters.length] },
    });
    results.push([...(await outputs.logits!.read())]);
  }
  await session.release();
  return results;
}
