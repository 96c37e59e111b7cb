/**
 * One run: recipe in, trace and artifact out. The same code runs in the lab's worker and in Node.
 *
 * It never touches a clock except to report speed and to make checkpoints, and draws randomness only from the
 * recipe's seed, so the losses of two devices differ only by rounding, and a run that was interrupted has the
 * losses of one that was not.
 */
import type { EncodedExample } from '../data/batches.ts';
import type { LanguageModelBatch } from '../data/general-text.ts';
import type { Example, Task } from '../data/task.ts';
import { writeArtifact } from '../formats/artifact.ts';
import type { Recipe } from '../formats/recipe.ts';
import { definitionOf, exportedTrainables, trainablesOf } from '../methods/index.ts';
import type { BaseModel } from '../model/base-model.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { chooseAnswers } from './answers.ts';
import { breathe } from './breathe.ts';
import { Checkpointer, type Checkpoint, type CheckpointOptions } from './checkpoint.ts';
import { countRecipe } from './count.ts';
import { baseFor, encodeFor, Evaluator } from './evaluate.ts';
import type { RunEvent, RunResult, SeenMemory, TracePoint, Validation } from './events.ts';
import { assertFits } from './fit.ts';
import { GeneralLoss, lossOfBase } from './general-loss.ts';
import { scheduledRate } from './optimisers/schedule.ts';
import { stepScalars } from './optimisers/index.ts';
import { initialParameters } from './parameters.ts';
import { foldParameters, trainingSessions } from './sessions.ts';
import { Speedometer } from './speedometer.ts';
import { stepFeeds } from './step-feeds.ts';
import { initialState, TrainingState, type TrainingSessions } from './training-state.ts';

export interface RunInput {
  runtime: Runtime;
  base: BaseModel;
  task: Task;
  train: readonly Example[];
  validation: readonly Example[];
  recipe: Recipe;
  /** Text whose loss is measured before and after the run; left out, nothing is. */
  general?: readonly LanguageModelBatch[];
  emit?: (event: RunEvent) => void;
  /** Ends the run after the step in progress; what was trained so far is kept. */
  signal?: AbortSignal;
  /** Goes on from here instead of the first step. */
  resume?: Checkpoint;
  checkpoints?: CheckpointOptions;
}

/** Validations during training, the first and the last step's not counted. */
const VALIDATIONS_DURING = 4;
/** Examples of the validations during training; before and after, all of them count. */
const QUICK_EXAMPLES = 128;
/** After these the state of the first has been freed and memory stays as it is. */
const FIRST_STEPS = 3;

export class DivergedError extends Error {
  override name = 'DivergedError';
  constructor(step: number) {
    super(
      `The loss is no longer a number at step ${step}: the learning rate is too high for this recipe. Lower it and run again.`,
    );
  }
}

/**
 * @throws {RecipeError} when the recipe asks for what this model cannot do
 * @throws {DivergedError} when the loss stops being finite
 */
export async function runRecipe(input: RunInput): Promise<RunResult> {
  const { runtime, task, recipe, emit = () => {} } = input;
  const base = baseFor(recipe, input.base);
  const labels = task.labels.length;
  assertFits(base.config, recipe);
  runtime.memory?.begin();
  emit({ type: 'backend', choice: runtime.choice });
  emit({ type: 'counts', counts: countRecipe(base.config, recipe, labels) });
  emit({ type: 'phase', phase: 'compiling' });
  const open: { release(): Promise<void> }[] = [];
  const opened = async <T extends { release(): Promise<void> }>(making: Promise<T>) => {
    const made = await making;
    open.push(made);
    return made;
  };
  try {
    const model = { config: base.config, base: base.weights, recipe };
    const measures: Measures = {
      evaluator: await opened(Evaluator.create(runtime, base, recipe, task)),
      general: input.general ? await opened(GeneralLoss.create(runtime, model, labels)) : null,
    };
    const prepared = { ...input, base, emit };
    if (recipe.method.kind === 'prompting') return await withoutTraining(prepared, measures);
    const sessions = await trainingSessions(runtime, base, recipe, labels, opened);
    look(prepared);
    return await train(prepared, measures, sessions);
  } finally {
    for (const made of open.reverse()) await made.release();
  }
}

/** Says what is seen of the backend's memory, where it can be seen. */
function look({ runtime, emit }: Prepared): SeenMemory | null {
  if (!runtime.memory) return null;
  const seen = runtime.memory.read();
  emit({ type: 'memory', seen });
  return seen;
}

interface Measures {
  evaluator: Evaluator;
  general: GeneralLoss | null;
}

type Prepared = RunInput & Required<Pick<RunInput, 'emit'>>;

/** Prompting: the model is asked as it is. */
async function withoutTraining(input: Prepared, { evaluator, general }: Measures) {
  const { runtime, base, task, recipe, emit } = input;
  emit({ type: 'phase', phase: 'evaluating' });
  const { score, predictions } = await evaluator.score(
    null,
    encodeFor(input, input.validation),
    breathe,
  );
  const validation: Validation = { step: 0, ...score };
  emit({ type: 'validation', validation });
  const loss = general ? await general.measure(null, input.general!, breathe) : null;
  return {
    recipe,
    choice: runtime.choice,
    counts: countRecipe(base.config, recipe, task.labels.length),
    trace: [],
    validations: [validation],
    before: validation,
    after: validation,
    seen: look(input),
    answers: chooseAnswers(task, input.validation, predictions, predictions),
    general: loss === null ? null : { before: loss, after: loss },
    trainingSeconds: 0,
    stopped: false,
    artifact: writeArtifact([], new Float32Array(0)),
  };
}

/** The run itself, between the making of its sessions and their release. */
async function train(
  input: Prepared,
  { evaluator, general }: Measures,
  sessions: TrainingSessions,
): Promise<RunResult> {
  const { runtime, base, task, recipe, signal, resume, emit } = input;
  const labels = task.labels.length;
  const trainables = trainablesOf(base.config, recipe.method, labels);
  const validation = encodeFor(input, input.validation);
  const first = () => initialParameters(trainables, base.weights, recipe.seed, recipe.quantisation);
  const state = new TrainingState(
    sessions,
    resume ?? initialState(first(), recipe.optimiser),
    recipe.optimiser,
  );
  const trace: TracePoint[] = [...(resume?.trace ?? [])];
  const validations: Validation[] = [...(resume?.validations ?? [])];
  const speed = new Speedometer(resume?.trainingSeconds);
  const checkpointer = input.checkpoints ? new Checkpointer(input.checkpoints) : null;

  const validate = async (step: number, examples: readonly EncodedExample[]) => {
    const { score, predictions } = await evaluator.score(state.parameters, examples, breathe);
    const entry: Validation = { step, ...score };
    validations.push(entry);
    emit({ type: 'validation', validation: entry });
    return { entry, predictions };
  };
  const generalLoss = async () =>
    general ? await general.measure(state.parameters, input.general!, breathe) : null;
  // A prefix that has learnt nothing yet disturbs the model: what is forgotten counts from the base itself.
  const baseLoss = async () =>
    general && definitionOf(recipe.method).prefixLength(recipe.method) > 0
      ? await lossOfBase(
          runtime,
          { config: base.config, base: base.weights, recipe },
          input.general!,
        )
      : await generalLoss();

  try {
    if (!resume) emit({ type: 'phase', phase: 'evaluating' });
    const before = resume
      ? {
          entry: resume.validations[0]!,
          predictions: resume.firstPredictions,
          general: resume.generalLoss,
        }
      : { ...(await validate(0, validation)), general: await baseLoss() };
    emit({ type: 'phase', phase: 'training' });
    const every = Math.ceil(recipe.steps / (VALIDATIONS_DURING + 1));
    const feeds = stepFeeds(recipe, base.config, encodeFor(input, input.train), trace.length);
    const checkpoint = async (): Promise<Checkpoint> => ({
      step: trace.length,
      ...(await state.copy()),
      trace: [...trace],
      validations: [...validations],
      firstPredictions: [...before.predictions],
      trainingSeconds: speed.totalSeconds,
      generalLoss: before.general,
    });

    const resumedAt = trace.length;
    for (let step = resumedAt + 1; step <= recipe.steps && !signal?.aborted; step++) {
      await checkpointer?.offer(checkpoint);
      const began = performance.now();
      const rate = scheduledRate(recipe.optimiser, step, recipe.steps);
      const { loss, gradientNorm } = await state.step(
        feeds.next().value,
        stepScalars(recipe.optimiser, step, rate),
      );
      if (!Number.isFinite(loss)) throw new DivergedError(step);
      const point = { step, loss, learningRate: rate, gradientNorm };
      trace.push(point);
      speed.step(performance.now() - began);
      emit({
        type: 'step',
        point,
        steps: recipe.steps,
        tokensPerSecond:
          (recipe.batchSize * recipe.accumulation * recipe.sequenceLength) / speed.secondsPerStep,
        secondsLeft: (recipe.steps - step) * speed.secondsPerStep,
      });
      if (step === resumedAt + FIRST_STEPS) look(input);
      if (step % every === 0 && step < recipe.steps)
        await validate(step, validation.slice(0, QUICK_EXAMPLES));
      await breathe();
    }
    emit({ type: 'phase', phase: 'evaluating' });
    const after = await validate(trace.length, validation);
    // The last update is seen by no training loss.
    if (!Number.isFinite(after.entry.loss)) throw new DivergedError(trace.length);
    const lossAfter = await generalLoss();
    emit({ type: 'phase', phase: 'exporting' });
    const { parameters } = await state.copy();
    const artifact = writeArtifact(
      exportedTrainables(base.config, recipe.method, labels),
      await foldParameters(runtime, base, recipe, labels, parameters),
    );
    return {
      recipe,
      choice: runtime.choice,
      counts: countRecipe(base.config, recipe, labels),
      seen: look(input),
      trace,
      validations,
      before: before.entry,
      after: after.entry,
      answers: chooseAnswers(task, input.validation, before.predictions, after.predictions),
      general:
        before.general === null || lossAfter === null
          ? null
          : { before: before.general, after: lossAfter },
      trainingSeconds: speed.totalSeconds,
      stopped: trace.length < recipe.steps,
      artifact,
    };
  } finally {
    state.dispose();
    await checkpointer?.settled();
  }
}
