/**
 * Real runs, recorded by `npm run record:rehearsal` on onnxruntime-node: what simulated students show and submit.
 * A recording is never altered: a simulated student that plays it only chooses the pace.
 *
 * The folder holds `runs.json` and, for each run that can be submitted, its artifact: safetensors in fp16, in brotli.
 * A student's device uploads fp32, so it is widened when it is read; accuracy is of these rounded weights.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { readSafetensors, writeSafetensors } from '../../src/lib/engine/formats/safetensors.ts';
import type { Recipe } from '../../src/lib/engine/formats/recipe.ts';
import type { Validation } from '../../src/lib/engine/train/events.ts';
import { packageRoot } from '../paths.ts';

/** What a run shows: `ordinary` ones are fit to be submitted, `stalled` ones too, which hardly learn. */
export const TRAITS = ['ordinary', 'stalled', 'over-fitted', 'diverged'] as const;
export type Trait = (typeof TRAITS)[number];

export interface Recording {
  /** Also the name of its artifact's file. */
  id: string;
  trait: Trait;
  recipe: Recipe;
  /** Training loss by step, from the first, in nats; shorter than the recipe's steps where the loss stopped being finite. */
  losses: number[];
  validations: Validation[];
  /** Of the training steps on the recorder. */
  trainingSeconds: number;
  /** Parameters trained, and bytes of a training step: counted. */
  trainable: number;
  memoryBytes: number;
  /** Of the stored artifact on the public validation split, 0–1; null where nothing is submitted. */
  accuracy: number | null;
}

export const recordingsFolder = (): string =>
  join(packageRoot(), 'server', 'rehearsal', 'recordings');

export const artifactFile = (id: string): string => `${id}.safetensors.br`;

export async function loadRecordings(): Promise<Recording[]> {
  const text = await readFile(join(recordingsFolder(), 'runs.json'), 'utf8');
  return JSON.parse(text) as Recording[];
}

/** The artifact as a device uploads it. */
export async function loadArtifact({ id }: Recording): Promise<Uint8Array<ArrayBuffer>> {
  return unpackArtifact(await readFile(join(recordingsFolder(), artifactFile(id))));
}

/** @param stored brotli of a safetensors file. @returns safetensors in fp32 */
export function unpackArtifact(stored: Uint8Array): Uint8Array<ArrayBuffer> {
  return writeSafetensors(readSafetensors(brotliDecompressSync(stored)));
}
