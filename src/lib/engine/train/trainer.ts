/**
 * One run: recipe in, trace and artifact out. The same code runs in the lab's worker and in Node.
 *
 * It never touches a clock except to report speed and to make checkpoints, and draws randomness only from the
 * recipe's seed, so the losses of two devices differ only by rounding, and a run that was interrupted has the
 * losses of one that was not.
 */
import { encodeExamples, trainingBatches, type EncodedExample } from '../data/batches.ts';
import type { Example, Task } from '../data/task.ts';
import { writeArtifact } from '../formats/artifact.ts';
import type { Recipe } from '../formats/recipe.ts';
import { trainablesOf } from '../methods/index.ts';
import type { BaseModel } from '../model/base-model.ts';
import type { Held, HostTensor, Runtime, Session } from '../runtime/runtime.ts';
import { scheduledRate, stepScalars } from './adamw.ts';
import { chooseAnswers } from './answers.ts';
import { Checkpointer, type Checkpoint, type CheckpointOptions } from './checkpoint.ts';
import { buildTrainingStep, STATE_OUTPUTS } from './classifier.ts';
import { countRecipe } from './count.ts';
import { baseFor, batchFeeds, Evaluator } from './evaluate.ts';
import type { RunEvent, RunResult, TracePoint, Validation } from './events.ts';
import { initialParameters } from './parameters.ts';

export interface RunInput {
  runtime: Runtime;
  base: BaseModel;
  task: Task;
  train: readonly Example[];
  validation: readonly Example[];
  recipe: Recipe;
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
/** Time over which speed is averaged. */
const SPEED_WINDOW_MS = 2000;

export class DivergedError extends Error {
  override name = 'DivergedError';
  constructor(step: number) {
    super(
      `The loss is no longer a number at step ${step}: the learning rate is too high for this recipe. Lower it and run again.`,
    );
  }
}

/** @throws {DivergedError} when the loss stops being finite */
export async function runRecipe(input: RunInput): Promise<RunResult> {
  const { runtime, task, recipe, emit = () => {} } = input;
  const base = baseFor(recipe, input.base);
  const labels = task.labels.length;
  emit({ type: 'backend', choice: runtime.choice });
  emit({ type: 'counts', counts: countRecipe(base.config, recipe, labels) });
  emit({ type: 'phase', phase: 'compiling' });
  const evaluator = await Evaluator.create(runtime, base, recipe, labels);
  try {
    const session = await runtime.createSession(
      buildTrainingStep(
        { config: base.config, base: base.weights, recipe, labels, batchSize: recipe.batchSize },
        recipe.optimiser,
      ),
      { keepOnDevice: STATE_OUTPUTS },
    );
    try {
      return await train({ ...input, base, emit }, evaluator, session);
    } finally {
      await session.release();
    }
  } finally {
    await evaluator.release();
  }
}

/** The run itself, between the making of its sessions and their release. */
async function train(
  input: RunInput & Required<Pick<RunInput, 'emit'>>,
  evaluator: Evaluator,
  session: Session,
): Promise<RunResult> {
  const { runtime, base, task, recipe, signal, resume, emit } = input;
  const trainables = trainablesOf(base.config, recipe.method, task.labels.length);
  const encode = (examples: readonly Example[]) =>
    encodeExamples(examples, task, base.tokenizer, recipe.sequenceLength);
  const validation = encode(input.validation);
  const state = new TrainingState(
    session,
    resume ?? initialState(initialParameters(trainables, base.weights, recipe.seed)),
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

  try {
    if (!resume) emit({ type: 'phase', phase: 'evaluating' });
    const before = resume
      ? { entry: resume.validations[0]!, predictions: resume.firstPredictions }
      : await validate(0, validation);
    emit({ type: 'phase', phase: 'training' });
    const every = Math.ceil(recipe.steps / (VALIDATIONS_DURING + 1));
    const batches = trainingBatches(
      encode(input.train),
      recipe.batchSize,
      recipe.sequenceLength,
      base.config.padToken,
      recipe.seed,
    );
    // The order of the data is the seed's: batches already trained on are drawn again and left out.
    for (let used = 0; used < trace.length; used++) batches.next();
    const checkpoint = async (): Promise<Checkpoint> => ({
      step: trace.length,
      ...(await state.copy()),
      trace: [...trace],
      validations: [...validations],
      firstPredictions: [...before.predictions],
      trainingSeconds: speed.totalSeconds,
    });

    for (let step = trace.length + 1; step <= recipe.steps && !signal?.aborted; step++) {
      await checkpointer?.offer(checkpoint);
      const began = performance.now();
      const rate = scheduledRate(recipe.optimiser, step, recipe.steps);
      const { loss, gradientNorm } = await state.step(
        batchFeeds(batches.next().value),
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
        tokensPerSecond: (recipe.batchSize * recipe.sequenceLength) / speed.secondsPerStep,
        secondsLeft: (recipe.steps - step) * speed.secondsPerStep,
      });
      if (step % every === 0 && step < recipe.steps)
        await validate(step, validation.slice(0, QUICK_EXAMPLES));
      await breathe();
    }
    emit({ type: 'phase', phase: 'evaluating' });
    const after = await validate(trace.length, validation);
    // The last update is seen by no training loss.
    if (!Number.isFinite(after.entry.loss)) throw new DivergedError(trace.length);
    emit({ type: 'phase', phase: 'exporting' });
    return {
      recipe,
      choice: runtime.choice,
      counts: countRecipe(base.config, recipe, task.labels.length),
      trace,
      validations,
      before: before.entry,
      after: after.entry,
      answers: chooseAnswers(task, input.validation, before.predictions, after.predictions),
      trainingSeconds: speed.totalSeconds,
      stopped: trace.length < recipe.steps,
      artifact: writeArtifact(trainables, (await state.copy()).parameters),
    };
  } finally {
    state.dispose();
    await checkpointer?.settled();
  }
}

/** Trainable state on the host: the vector and both moments, each [P]. */
type StateVectors = Pick<Checkpoint, 'parameters' | 'moment1' | 'moment2'>;

/** The state before the first step. */
export function initialState(parameters: Float32Array): StateVectors {
  return {
    parameters: Float32Array.from(parameters),
    moment1: new Float32Array(parameters.length),
    moment2: new Float32Array(parameters.length),
  };
}

/** Feeds each step's outputs into the next and frees what the next no longer needs. */
export class TrainingState {
  readonly #session: Session;
  /** On the device where there is one, from the first step on. */
  #state: Record<keyof StateVectors, HostTensor | Held>;

  constructor(session: Session, { parameters, moment1, moment2 }: StateVectors) {
    const shape = [parameters.length];
    this.#session = session;
    this.#state = {
      parameters: { data: parameters, shape },
      moment1: { data: moment1, shape },
      moment2: { data: moment2, shape },
    };
  }

  get parameters(): HostTensor | Held {
    return this.#state.parameters;
  }

  async step(batch: Record<string, HostTensor>, scalars: Record<string, number>) {
    const scalarFeeds = Object.fromEntries(
      Object.entries(scalars).map(([name, value]) => [
        name,
        { data: Float32Array.of(value), shape: [1] },
      ]),
    );
    const outputs = await this.#session.run({ ...batch, ...scalarFeeds, ...this.#state });
    const [loss, gradientNorm] = await Promise.all(
      [outputs.loss!, outputs.gradientNorm!].map(async (value) => {
        const number = (await value.read())[0]!;
        value.dispose();
        return number;
      }),
    );
    this.dispose();
    this.#state = {
      parameters: outputs.nextParameters!,
      moment1: outputs.nextMoment1!,
      moment2: outputs.nextMoment2!,
    };
    return { loss: loss!, gradientNorm: gradientNorm! };
  }

  /** Copies the state to the CPU. */
  async copy(): Promise<StateVectors> {
    const copied = async (value: HostTensor | Held) =>
      Float32Array.from('read' in value ? await value.read() : value.data);
    const { parameters, moment1, moment2 } = this.#state;
    return {
      parameters: await copied(parameters),
      moment1: await copied(moment1),
      moment2: await copied(moment2),
    };
  }

  dispose(): void {
    for (const value of Object.values(this.#state)) if ('dispose' in value) value.dispose();
  }
}

/** Seconds per step over the last moments, so that the time left follows a device that slows down. */
class Speedometer {
  #recent: number[] = [];
  #totalMs: number;

  /** @param before seconds that an interrupted run had trained */
  constructor(before = 0) {
    this.#totalMs = before * 1000;
  }

  step(ms: number): void {
    this.#totalMs += ms;
    this.#recent.push(ms);
    let sum = this.#recent.reduce((a, b) => a + b, 0);
    while (this.#recent.length > 1 && sum > SPEED_WINDOW_MS) sum -= this.#recent.shift()!;
  }
  get secondsPerStep(): number {
    return this.#recent.reduce((a, b) => a + b, 0) / Math.max(1, this.#recent.length) / 1000;
  }
  get totalSeconds(): number {
    return this.#totalMs / 1000;
  }
}

/**
 * Lets queued messages (a stop, above all) be handled. A message to oneself, because timers are slowed to one
 * a second in background tabs.
 */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
