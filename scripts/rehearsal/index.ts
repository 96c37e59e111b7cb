/**
 * `npm run record:rehearsal -- [id …]`: trains what simulated students play, with the engine on onnxruntime-node, and
 * writes server/rehearsal/recordings. With ids, only these are trained again. A few minutes on two cores.
 */
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { readSafetensors, writeSafetensors } from '../../src/lib/engine/formats/safetensors.ts';
import { createNodeRuntime } from '../../src/lib/engine/runtime/node.ts';
import type { Runtime } from '../../src/lib/engine/runtime/runtime.ts';
import { countRecipe, totalBytes } from '../../src/lib/engine/train/count.ts';
import { evaluateArtifact } from '../../src/lib/engine/train/evaluate.ts';
import type { RunEvent } from '../../src/lib/engine/train/events.ts';
import { DivergedError, runRecipe } from '../../src/lib/engine/train/trainer.ts';
import { projectModel, projectTask } from '../../bench/lib/project-files.ts';
import {
  artifactFile,
  loadRecordings,
  recordingsFolder,
  unpackArtifact,
  type Recording,
} from '../../server/rehearsal/recordings.ts';
import { note, runMain } from '../lib/steps.mjs';
import { WANTED, type Wanted } from './recipes.ts';

/** All recordings together, in bytes: they ship with the server. */
const LIMIT = 1.5e6;
const DIGITS = 4;

await runMain(async () => {
  const asked = process.argv.slice(2);
  const folder = recordingsFolder();
  await mkdir(folder, { recursive: true });
  const held = asked.length > 0 ? await loadRecordings() : [];
  const runtime = await createNodeRuntime({ threads: 2 });
  const recordings: Recording[] = [];
  for (const wanted of WANTED) {
    const kept = held.find(({ id }) => id === wanted.id && !asked.includes(id));
    const recording = kept ?? (await record(runtime, wanted, folder));
    recordings.push(recording);
    const { id, losses, accuracy } = recording;
    if (!kept) note(`${id}: ${losses.length} steps to a loss of ${losses.at(-1)}, ${accuracy}`);
  }
  const lines = recordings.map((recording) => JSON.stringify(recording));
  await writeFile(join(folder, 'runs.json'), `[\n${lines.join(',\n')}\n]\n`);
  await removeOthers(folder, recordings);
  const bytes = await sizeOf(folder);
  note(`${recordings.length} runs, ${bytes} bytes`);
  return bytes <= LIMIT ? 0 : 1;
});

async function record(runtime: Runtime, { id, trait, recipe }: Wanted, folder: string) {
  const base = await projectModel(recipe.base.id);
  const { task, train, validation } = await projectTask(recipe.task);
  const counts = countRecipe(base.config, recipe, task.labels.length);
  const recording: Recording = {
    id,
    trait,
    recipe,
    losses: [],
    validations: [],
    trainingSeconds: 0,
    trainable: counts.trainable,
    memoryBytes: totalBytes(counts.memory),
    accuracy: null,
  };
  const emit = (event: RunEvent) => {
    if (event.type === 'step') recording.losses.push(rounded(event.point.loss));
    if (event.type === 'validation' && Number.isFinite(event.validation.loss)) {
      const { step, loss, accuracy } = event.validation;
      recording.validations.push({ step, loss: rounded(loss), accuracy: rounded(accuracy) });
    }
  };
  const data = { runtime, base, task, train, validation, recipe };
  try {
    const result = await runRecipe({ ...data, emit });
    recording.trainingSeconds = rounded(result.trainingSeconds);
    if (trait === 'diverged' || trait === 'over-fitted') return recording;
    const half = writeSafetensors(readSafetensors(result.artifact), 'F16');
    const stored = brotliCompressSync(half);
    await writeFile(join(folder, artifactFile(id)), stored);
    const artifact = unpackArtifact(stored);
    const { accuracy } = await evaluateArtifact({ ...data, artifact, examples: validation });
    recording.accuracy = rounded(accuracy);
  } catch (error) {
    if (trait !== 'diverged' || !(error instanceof DivergedError)) throw error;
  }
  return recording;
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

/** An artifact whose recording is no longer wanted. */
async function removeOthers(folder: string, recordings: readonly Recording[]): Promise<void> {
  const kept = new Set(recordings.map(({ id }) => artifactFile(id)));
  for (const name of await readdir(folder))
    if (name !== 'runs.json' && !kept.has(name)) await rm(join(folder, name));
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
