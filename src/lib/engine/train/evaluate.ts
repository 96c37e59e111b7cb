/** Scores parameters on labelled examples. The lab's validation and the server's verification are this one function. */
import {
  encodeExamples,
  evaluationBatches,
  type Batch,
  type EncodedExample,
} from '../data/batches.ts';
import { labelTokens, sharedLabelTokens, type Answers } from '../data/label-words.ts';
import { promptTemplate } from '../data/prompt.ts';
import type { Example, Task } from '../data/task.ts';
import { ArtifactError, readArtifact } from '../formats/artifact.ts';
import { RecipeError, type Recipe } from '../formats/recipe.ts';
import { definitionOf, trainablesOf } from '../methods/index.ts';
import { withRandomWeights, type BaseModel } from '../model/base-model.ts';
import type { Held, HostTensor, Runtime, Session } from '../runtime/runtime.ts';
import { buildEvaluation } from './classifier.ts';
import { assertFits } from './fit.ts';

export interface Score {
  /** Mean cross-entropy in nats. */
  loss: number;
  /** Share of examples whose highest logit is their label, 0–1. */
  accuracy: number;
}

/** A score, and what it was made from. */
export interface Scored {
  score: Score;
  /** The label with the highest logit, by example. */
  predictions: number[];
}

export interface Evaluation extends Score {
  /** Trained parameters, counted from the artifact. */
  trainable: number;
  artifactBytes: number;
  examples: number;
}

/** Sequences per evaluation run. */
export const EVALUATION_BATCH = 32;

/** A compiled evaluation graph for one recipe; reuse it while the recipe stays the same. */
export class Evaluator {
  readonly #session: Session;
  readonly #recipe: Recipe;
  readonly #base: BaseModel;
  readonly #labels: number;

  private constructor(session: Session, recipe: Recipe, base: BaseModel, labels: number) {
    this.#session = session;
    this.#recipe = recipe;
    this.#base = base;
    this.#labels = labels;
  }

  /** @throws {RecipeError} when prompting cannot tell the task's labels apart */
  static async create(runtime: Runtime, base: BaseModel, recipe: Recipe, task: Answers) {
    const labels = task.labels.length;
    const model = buildEvaluation({
      config: base.config,
      base: base.weights,
      recipe,
      labels,
      batchSize: EVALUATION_BATCH,
      ...(recipe.method.kind === 'prompting' ? { labelTokens: tokensOf(task, base) } : {}),
    });
    return new Evaluator(await runtime.createSession(model), recipe, base, labels);
  }

  /**
   * @param parameters flat vector [P]; null where the method trains nothing
   * @param pause awaited between batches, so that a worker can hear a stop message; may throw to end the evaluation
   */
  async score(
    parameters: HostTensor | Held | null,
    examples: readonly EncodedExample[],
    pause: () => Promise<void> = async () => {},
  ): Promise<Scored> {
    let lossSum = 0;
    const predictions: number[] = [];
    const { sequenceLength } = this.#recipe;
    const { padToken } = this.#base.config;
    for (const batch of evaluationBatches(examples, EVALUATION_BATCH, sequenceLength, padToken)) {
      const outputs = await this.#session.run({
        ...batchFeeds(batch),
        ...(parameters ? { parameters } : {}),
      });
      lossSum += (await outputs.loss!.read())[0]! * batch.count;
      const logits = await outputs.logits!.read();
      for (let row = 0; row < batch.count; row++)
        predictions.push(argmax(logits, row * this.#labels, this.#labels));
      for (const output of Object.values(outputs)) output.dispose();
      await pause();
    }
    const correct = examples.filter(({ label }, index) => predictions[index] === label).length;
    return {
      score: { loss: lossSum / examples.length, accuracy: correct / examples.length },
      predictions,
    };
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

/** The batch's inputs under the names that the classifier's graphs give them. */
export function batchFeeds(batch: Batch): Record<string, HostTensor> {
  const size = batch.labels.length;
  return {
    ids: { data: batch.ids, shape: [batch.ids.length] },
    last: { data: batch.last, shape: [size] },
    labels: { data: batch.labels, shape: [size] },
    weights: { data: batch.weights, shape: [size] },
  };
}

/** @throws {RecipeError} when two labels' words begin with the same token */
function tokensOf(task: Answers, { tokenizer }: BaseModel): number[] {
  const [shared] = sharedLabelTokens(task, tokenizer);
  if (!shared) return labelTokens(task, tokenizer);
  throw new RecipeError(
    `task: the labels ${shared.join(', ')} begin with the same token, so a prompt cannot tell them apart`,
  );
}

/**
 * Examples as a recipe's method reads them.
 * @throws {RecipeError} when its prompt alone takes the sequence length
 */
export function encodeFor(
  {
    task,
    recipe,
    base,
    train,
  }: { task: Task; recipe: Recipe; base: BaseModel; train: readonly Example[] },
  examples: readonly Example[],
): EncodedExample[] {
  const { method, seed, sequenceLength } = recipe;
  const { tokenizer } = base;
  const template = promptTemplate(task, method, train, seed, tokenizer, sequenceLength);
  try {
    return encodeExamples(examples, { template }, tokenizer, sequenceLength);
  } catch (error) {
    if (error instanceof RangeError) throw new RecipeError(`sequenceLength: ${error.message}`);
    throw error;
  }
}

/** The base model a recipe starts from. */
export function baseFor(recipe: Pick<Recipe, 'base' | 'seed'>, base: BaseModel): BaseModel {
  return recipe.base.weights === 'random' ? withRandomWeights(base, recipe.seed) : base;
}

/**
 * Re-evaluates an uploaded artifact, in the form in which a run leaves it.
 * @throws {ArtifactError} when the file is not what the recipe trains, or its weights overflow
 * @throws {RecipeError} when the recipe asks for what this model or task cannot do
 */
export async function evaluateArtifact(input: {
  runtime: Runtime;
  base: BaseModel;
  task: Task;
  recipe: Recipe;
  artifact: Uint8Array;
  examples: readonly Example[];
  /** The public training split, which solved examples in a prompt come from. */
  train: readonly Example[];
}): Promise<Evaluation> {
  const { runtime, artifact, task } = input;
  const recipe = exportedRecipe(input.recipe);
  const base = baseFor(recipe, input.base);
  assertFits(base.config, recipe);
  const trainables = trainablesOf(base.config, recipe.method, task.labels.length);
  const parameters = readArtifact(artifact, trainables);
  const examples = encodeFor({ ...input, recipe }, input.examples);
  const evaluator = await Evaluator.create(runtime, base, recipe, task);
  try {
    const { score } = await evaluator.score(
      parameters.length > 0 ? { data: parameters, shape: [parameters.length] } : null,
      examples,
    );
    if (!Number.isFinite(score.loss))
      throw new ArtifactError(
        'With these weights the model computes no numbers: they are too large.',
      );
    return {
      ...score,
      trainable: parameters.length,
      artifactBytes: artifact.byteLength,
      examples: examples.length,
    };
  } finally {
    await evaluator.release();
  }
}

/** The recipe by which its artifact is evaluated: without what was only needed for training. */
export function exportedRecipe(recipe: Recipe): Recipe {
  return { ...recipe, method: definitionOf(recipe.method).exported(recipe.method) };
}

function argmax(values: Float32Array, start: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[start + i]! > values[start + best]!) best = i;
  return best;
}
