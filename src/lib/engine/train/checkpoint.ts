/**
 * All that a run needs to go on after an interruption, on this device or backend or another: what lies
 * between two steps. The order of the data is not in it, since it follows from the recipe's seed.
 */
import type { TracePoint, Validation } from './events.ts';

/** Values of one tensor of an optimiser's memory. */
export type StateData = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

export interface Checkpoint {
  /** Optimiser steps done; 0 after the first validation. */
  step: number;
  /** [P] */
  parameters: Float32Array<ArrayBuffer>;
  /** The optimiser's memory, by name. */
  optimiser: Record<string, StateData>;
  trace: TracePoint[];
  /** The one before the first step included. */
  validations: Validation[];
  /** Labels that the untuned model gave the validation examples, by index. */
  firstPredictions: number[];
  /** Wall-clock seconds of training steps so far. */
  trainingSeconds: number;
  /** Loss on general English before the first step, in nats per token; null where it was not measured. */
  generalLoss: number | null;
}

/** What a checkpoint tells of the run so far. */
export type CheckpointSummary = Pick<Checkpoint, 'step' | 'trace' | 'validations'>;

export interface CheckpointOptions {
  /** Wall-clock time after which the next one is due, in ms. The first is made before the first step. */
  everyMs: number;
  /** Stores it; training goes on meanwhile, and no other is made before this one is stored. Must not throw. */
  save: (checkpoint: Checkpoint) => Promise<void>;
}

/** Hands out checkpoints when they are due, one at a time. */
export class Checkpointer {
  readonly #options: CheckpointOptions;
  #savedAt = -Infinity;
  #saving: Promise<void> | null = null;

  constructor(options: CheckpointOptions) {
    this.#options = options;
  }

  async offer(make: () => Promise<Checkpoint>): Promise<void> {
    const now = performance.now();
    if (this.#saving || now - this.#savedAt < this.#options.everyMs) return;
    this.#savedAt = now;
    this.#saving = this.#options.save(await make()).finally(() => (this.#saving = null));
  }

  /** Resolves when no write is under way, so that none comes after the run's end. */
  async settled(): Promise<void> {
    await this.#saving;
  }
}
