/** What a pretraining run has reached, kept in one file so that a killed run goes on from it. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { bytesOf } from '../../src/lib/engine/graph/graph.ts';

export interface State {
  step: number;
  /** Flat vectors [P], as in the step's graph. */
  parameters: Float32Array;
  moment1: Float32Array;
  moment2: Float32Array;
  /** Exponential mean of the training loss; NaN before the first step. */
  loss: number;
  tokensSeen: number;
  seconds: number;
  /** Held-out loss in nats per token, measured every so many steps. */
  heldOut: { step: number; loss: number }[];
}

/** Bytes kept in front of the vectors for the rest of the state, as JSON. */
const HEAD = 16_384;

export function firstState(parameters: Float32Array): State {
  return {
    step: 0,
    parameters,
    moment1: new Float32Array(parameters.length),
    moment2: new Float32Array(parameters.length),
    loss: NaN,
    tokensSeen: 0,
    seconds: 0,
    heldOut: [],
  };
}

/** One file, renamed into place, so that a kill leaves the old state or the new one. */
export function saveState(file: string, state: State): void {
  const { parameters, moment1, moment2, ...rest } = state;
  const json = JSON.stringify(rest);
  if (json.length > HEAD)
    throw new Error(`the state's head takes ${json.length} bytes, not ${HEAD}`);
  writeFileSync(
    `${file}.new`,
    Buffer.concat([
      Buffer.from(json.padEnd(HEAD)),
      bytesOf(parameters),
      bytesOf(moment1),
      bytesOf(moment2),
    ]),
  );
  renameSync(`${file}.new`, file);
}

/** @returns null where there is none yet */
export function loadState(file: string): State | null {
  if (!existsSync(file)) return null;
  const bytes = readFileSync(file);
  const rest = JSON.parse(bytes.subarray(0, HEAD).toString()) as Omit<
    State,
    'parameters' | 'moment1' | 'moment2' | 'loss'
  > & { loss: number | null };
  const size = (bytes.byteLength - HEAD) / 3;
  const vector = (index: number) => {
    const start = bytes.byteOffset + HEAD + index * size;
    return new Float32Array(bytes.buffer.slice(start, start + size));
  };
  return {
    ...rest,
    // JSON has no NaN.
    loss: rest.loss ?? NaN,
    parameters: vector(0),
    moment1: vector(1),
    moment2: vector(2),
  };
}
