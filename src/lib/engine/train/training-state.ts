/**
 * What goes from step to step, on the device where there is one: parameters and the optimiser's memory. Each
 * step's outputs are fed into the next, and what the next no longer needs is freed.
 */
import type { Optimiser } from '../formats/recipe.ts';
import { elements } from '../graph/dtype.ts';
import type { Held, HostTensor, Session } from '../runtime/runtime.ts';
import type { Checkpoint, StateData } from './checkpoint.ts';
import { optimiserState } from './optimisers/index.ts';
import type { StateTensor } from './optimisers/optimiser.ts';
import { ACCUMULATED, nextName } from './update.ts';

/** The state on the host. */
export type StateVectors = Pick<Checkpoint, 'parameters' | 'optimiser'>;

/** The state before the first step. */
export function initialState(parameters: Float32Array, optimiser: Optimiser): StateVectors {
  const zeros = ({ shape, dtype }: StateTensor): StateData =>
    dtype === 'int32' ? new Int32Array(elements(shape)) : new Float32Array(elements(shape));
  return {
    parameters: Float32Array.from(parameters),
    optimiser: Object.fromEntries(
      optimiserState(optimiser, parameters.length).map((tensor) => [tensor.name, zeros(tensor)]),
    ),
  };
}

/** Numbers fed at a step, by input. */
type Feeds = Readonly<Record<string, HostTensor | Held>>;

export interface TrainingSessions {
  step: Session;
  /** Runs the batches before an update's last; null without accumulation. */
  accumulate: Session | null;
}

export class TrainingState {
  readonly #sessions: TrainingSessions;
  readonly #tensors: readonly StateTensor[];
  #state: Record<string, HostTensor | Held>;

  constructor(
    sessions: TrainingSessions,
    { parameters, optimiser }: StateVectors,
    kind: Optimiser,
  ) {
    this.#sessions = sessions;
    this.#tensors = optimiserState(kind, parameters.length);
    this.#state = { parameters: { data: parameters, shape: [parameters.length] } };
    for (const { name, shape } of this.#tensors)
      this.#state[name] = { data: optimiser[name]!, shape };
  }

  get parameters(): HostTensor | Held {
    return this.#state.parameters!;
  }

  /**
   * One update.
   * @param batches one, or as many as are accumulated; their weights sum to 1 together
   * @returns the loss over all batches, and the norm of the gradient
   */
  async step(batches: readonly Feeds[], scalars: Readonly<Record<string, number>>) {
    const size = this.parameters.shape[0]!;
    let loss = 0;
    const { step, accumulate } = this.#sessions;
    let gradient: HostTensor | Held | null = accumulate
      ? { data: new Float32Array(size), shape: [size] }
      : null;
    for (const batch of batches.slice(0, -1)) {
      const feeds = { ...batch, parameters: this.parameters, [ACCUMULATED]: gradient! };
      const outputs = await accumulate!.run(feeds);
      loss += await take(outputs.loss!);
      disposeOf(gradient!);
      gradient = outputs.nextAccumulated!;
    }
    const outputs = await step.run({
      ...batches.at(-1)!,
      ...scalarFeeds(scalars),
      ...this.#state,
      ...(gradient ? { [ACCUMULATED]: gradient } : {}),
    });
    loss += await take(outputs.loss!);
    const gradientNorm = await take(outputs.gradientNorm!);
    if (gradient) disposeOf(gradient);
    this.dispose();
    this.#state = Object.fromEntries(
      Object.keys(this.#state).map((name) => [name, outputs[nextName(name)]!]),
    );
    return { loss, gradientNorm };
  }

  /** Copies the state to the CPU. */
  async copy(): Promise<StateVectors> {
    const optimiser: Record<string, StateData> = {};
    for (const { name, dtype } of this.#tensors)
      optimiser[name] =
        dtype === 'int32' ? await wholeOf(this.#state[name]!) : await realOf(this.#state[name]!);
    return { parameters: await realOf(this.parameters), optimiser };
  }

  dispose(): void {
    for (const value of Object.values(this.#state)) disposeOf(value);
  }
}

export function scalarFeeds(scalars: Readonly<Record<string, number>>): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(scalars).map(([name, value]) => [
      name,
      { data: Float32Array.of(value), shape: [1] },
    ]),
  );
}

async function realOf(value: HostTensor | Held): Promise<Float32Array<ArrayBuffer>> {
  return Float32Array.from('read' in value ? await value.read() : value.data);
}

async function wholeOf(value: HostTensor | Held): Promise<Int32Array<ArrayBuffer>> {
  return Int32Array.from('read' in value ? await value.readWhole() : value.data);
}

async function take(value: Held): Promise<number> {
  const number = (await value.read())[0]!;
  value.dispose();
  return number;
}

function disposeOf(value: HostTensor | Held): void {
  if ('dispose' in value) value.dispose();
}
