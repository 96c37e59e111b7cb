/** What the engine needs of ONNX Runtime, the same on Node and in a browser. */
import type { BackendChoice, SeenMemory } from '../train/events.ts';

export type Feed = Float32Array | Float64Array | Int32Array;

/** A value that stays where the backend keeps it, between runs. */
export interface Held {
  readonly shape: readonly number[];
  /** Copies the value to the CPU. */
  read(): Promise<Float32Array>;
  /** The same without rounding to float32, for graphs built in float64. */
  readExact(): Promise<Float64Array>;
  /** For int32 outputs. */
  readWhole(): Promise<Int32Array>;
  /** Frees device memory; a no-op for values on the CPU. */
  dispose(): void;
}

export interface Session {
  /**
   * @param feeds inputs by name: host arrays, or values held from an earlier run
   * @returns every output by name; the caller disposes of them
   */
  run(feeds: Readonly<Record<string, HostTensor | Held>>): Promise<Record<string, Held>>;
  release(): Promise<void>;
}

export interface HostTensor {
  data: Feed;
  shape: readonly number[];
}

export interface Runtime {
  readonly choice: BackendChoice;
  /** @param model ONNX bytes */
  createSession(model: Uint8Array, options?: SessionOptions): Promise<Session>;
  /** Left out where a backend's memory cannot be seen. */
  readonly memory?: MemoryMeter;
}

/** Sees what all sessions of a backend hold together. */
export interface MemoryMeter {
  /** From now on the peak is of what follows. */
  begin(): void;
  read(): SeenMemory;
}

export interface SessionOptions {
  /** Outputs that are fed back into the next run and need not reach the CPU. */
  keepOnDevice?: readonly string[];
  /** False leaves out operator fusions, some of which exist for float32 alone. Default true. */
  fuse?: boolean;
}
