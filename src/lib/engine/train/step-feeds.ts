/** What each training step is fed: batches in the seed's order, and noise where the method drops out. */
import { trainingBatches, type Batch, type EncodedExample } from '../data/batches.ts';
import { randomStream } from '../data/random.ts';
import type { Recipe } from '../formats/recipe.ts';
import { elements } from '../graph/dtype.ts';
import type { LlamaConfig } from '../model/config.ts';
import type { HostTensor } from '../runtime/runtime.ts';
import { batchFeeds } from './evaluate.ts';
import { noiseInputs, type NoiseInput } from './noise.ts';

/**
 * Endless; each value holds one step's batches, as many as the recipe accumulates.
 * @param done steps that were trained before: their batches are drawn again and left out
 */
export function* stepFeeds(
  recipe: Recipe,
  config: LlamaConfig,
  examples: readonly EncodedExample[],
  done: number,
): Generator<Record<string, HostTensor>[], never, void> {
  const { batchSize, sequenceLength, seed, accumulation } = recipe;
  const batches = trainingBatches(examples, batchSize, sequenceLength, config.padToken, seed);
  for (let used = 0; used < done * accumulation; used++) batches.next();
  const noise = noiseInputs(config, recipe);
  for (let step = done + 1; ; step++)
    yield Array.from({ length: accumulation }, (_, index) => ({
      ...batchFeeds(shareOf(batches.next().value, accumulation)),
      ...noiseFeeds(noise, seed, `${step}/${index}`),
    }));
}

/** Weights of all batches of an update sum to 1 together. */
function shareOf(batch: Batch, accumulation: number): Batch {
  if (accumulation === 1) return batch;
  return { ...batch, weights: batch.weights.map((weight) => weight / accumulation) };
}

/** Uniform numbers that the seed and the place in the run decide, so that a resumed run draws the same. */
export function noiseFeeds(
  inputs: readonly NoiseInput[],
  seed: number,
  place: string,
): Record<string, HostTensor> {
  return Object.fromEntries(
    inputs.map(({ name, shape }) => {
      const random = randomStream(seed, `${name}/${place}`);
      const data = Float32Array.from({ length: elements(shape) }, () => random.uniform());
      return [name, { data, shape }];
    }),
  );
}
