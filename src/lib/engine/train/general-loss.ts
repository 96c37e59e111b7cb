/**
 * The loss on general English of a base model under a method: next-token cross-entropy of the language model
 * that is still inside the classifier. Measured before and after a run, its rise is what the run forgot.
 */
import type { LanguageModelBatch } from '../data/general-text.ts';
import { defaultMethod } from '../formats/recipe.ts';
import { Tape } from '../graph/autodiff.ts';
import * as f from '../graph/functions.ts';
import { Graph, type Tensor } from '../graph/graph.ts';
import { encodeModel } from '../graph/onnx.ts';
import { trainablesOf } from '../methods/index.ts';
import { EMBEDDING, LM_HEAD } from '../model/config.ts';
import type { BatchShape } from '../model/llama.ts';
import type { Held, HostTensor, Runtime, Session } from '../runtime/runtime.ts';
import { adaptedDecoder, baseTensor, type AdaptedModel } from './adapted.ts';
import { breathe } from './breathe.ts';
import { flatParameters } from './update.ts';

/** Small enough that the logits [N, V] of one batch fit a phone. */
export const GENERAL_SHAPE: BatchShape = { batch: 4, length: 64 };

/** Inputs `ids`, `targets` [N] int32, `weights` [N] summing to 1 and `parameters` [P]; output `loss` [1] in nats per token. */
export function generalLossGraph(model: AdaptedModel, labels: number): Graph {
  const tape = new Tape(new Graph());
  const g = tape.graph;
  const rows = GENERAL_SHAPE.batch * GENERAL_SHAPE.length;
  const ids = g.input('ids', [rows], 'int32');
  const targets = g.input('targets', [rows], 'int32');
  const weights = g.input('weights', [rows]);
  const trainables = trainablesOf(model.config, model.recipe.method, labels);
  const parts =
    trainables.length > 0 ? flatParameters(tape, trainables).parts : new Map<string, Tensor>();
  const hidden = adaptedDecoder(tape, model, GENERAL_SHAPE, ids, parts, false);
  const head = model.config.tiedEmbeddings ? EMBEDDING : LM_HEAD;
  const logits = f.linear(tape, hidden, baseTensor(g, model, parts, head));
  g.output('loss', f.crossEntropy(tape, logits, targets, g.reshape(weights, [rows, 1])));
  return g;
}

export class GeneralLoss {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  static async create(runtime: Runtime, model: AdaptedModel, labels: number) {
    return new GeneralLoss(
      await runtime.createSession(encodeModel(generalLossGraph(model, labels))),
    );
  }

  /**
   * Mean over all real tokens, in nats.
   * @param parameters flat vector [P]; null where the method trains nothing
   * @param pause awaited between batches; may throw to end the measurement
   */
  async measure(
    parameters: HostTensor | Held | null,
    batches: readonly LanguageModelBatch[],
    pause: () => Promise<void> = async () => {},
  ): Promise<number> {
    let sum = 0;
    let tokens = 0;
    for (const { ids, targets, weights, count } of batches) {
      const shape = [ids.length];
      const outputs = await this.#session.run({
        ids: { data: ids, shape },
        targets: { data: targets, shape },
        weights: { data: weights, shape },
        ...(parameters ? { parameters } : {}),
      });
      sum += (await outputs.loss!.read())[0]! * count;
      tokens += count;
      for (const output of Object.values(outputs)) output.dispose();
      await pause();
    }
    return sum / tokens;
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

/** Loss on general English of the base model as a recipe stores it, without the method. */
export async function lossOfBase(
  runtime: Runtime,
  model: AdaptedModel,
  batches: readonly LanguageModelBatch[],
): Promise<number> {
  const bare = { ...model, recipe: { ...model.recipe, method: defaultMethod('prompting') } };
  const measure = await GeneralLoss.create(runtime, bare, 0);
  try {
    return await measure.measure(null, batches, breathe);
  } finally {
    await measure.release();
  }
}
