/** The ONNX Runtime sessions of a run: those that train, and the one that folds away what only training needed. */
import type { Recipe } from '../formats/recipe.ts';
import { encodeModel } from '../graph/onnx.ts';
import type { BaseModel } from '../model/base-model.ts';
import type { Runtime, Session } from '../runtime/runtime.ts';
import { accumulationStep, buildFold, buildTrainingStep, stateOutputs } from './classifier.ts';
import type { TrainingSessions } from './training-state.ts';

/** The sessions that train a recipe. @param opened told of each, so that it is released */
export async function trainingSessions(
  runtime: Runtime,
  base: BaseModel,
  recipe: Recipe,
  labels: number,
  opened: (making: Promise<Session>) => Promise<Session> = (making) => making,
): Promise<TrainingSessions> {
  const { batchSize, optimiser, accumulation } = recipe;
  const spec = { config: base.config, base: base.weights, recipe, labels, batchSize };
  const accumulates = accumulation > 1;
  const step = buildTrainingStep(spec, optimiser, accumulates);
  return {
    step: await opened(runtime.createSession(step, { keepOnDevice: stateOutputs(optimiser) })),
    accumulate: accumulates
      ? await opened(
          runtime.createSession(encodeModel(accumulationStep(spec)), {
            keepOnDevice: ['nextAccumulated'],
          }),
        )
      : null,
  };
}

/** The artifact's vector: the trained one, without what was only needed for training. */
export async function foldParameters(
  runtime: Runtime,
  { config }: BaseModel,
  { method }: Recipe,
  labels: number,
  parameters: Float32Array,
): Promise<Float32Array> {
  const model = buildFold(config, method, labels);
  if (!model) return parameters;
  const session = await runtime.createSession(model);
  try {
    const { exported } = await session.run({
      parameters: { data: parameters, shape: [parameters.length] },
    });
    return Float32Array.from(await exported!.read());
  } finally {
    await session.release();
  }
}
