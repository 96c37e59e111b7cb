/**
 * The engine in a worker of its own: loads model, task and ONNX Runtime once, then runs recipes one at a time.
 * Knows where files are served from; everything else is the engine's.
 */
import { RecipeError, type Recipe } from '../engine/formats/recipe.ts';
import type { CustomTask } from '../engine/data/custom-task.ts';
import {
  languageModelBatches,
  parseTexts,
  type LanguageModelBatch,
} from '../engine/data/general-text.ts';
import { isCustomTask, parseExamples, parseTask } from '../engine/data/task.ts';
import { loadBaseModel, MODEL_FILES, type BaseModel } from '../engine/model/base-model.ts';
import { watchGpuMemory } from '../engine/runtime/gpu-memory.ts';
import type { Runtime } from '../engine/runtime/runtime.ts';
import type { RunResult } from '../engine/train/events.ts';
import type { Checkpoint } from '../engine/train/checkpoint.ts';
import { GENERAL_SHAPE } from '../engine/train/general-loss.ts';
import { DivergedError, runRecipe, type RunInput } from '../engine/train/trainer.ts';
import { openRuntime } from './browser-runtime.ts';
import { remembered } from './remembered.ts';
import { DATA_ELSEWHERE } from './custom-tasks.ts';
import { fetchBytes } from './fetch-bytes.ts';
import { probeSpeed } from './probe.ts';
import { openRunStore } from './run-store.ts';
import type { FromWorker, Preflight, RunOrder, ToWorker } from './worker-protocol.ts';

/** An interruption costs no more than this and one step. */
const CHECKPOINT_EVERY_MS = 3000;

/** What a run's forgetting is measured on. Before and after together it computes as much as a dozen training steps. */
const GENERAL_PATH = '/text/general-english.jsonl';
const GENERAL_TEXTS = 64;

type Model = Pick<RunInput, 'base' | 'general'>;
type Texts = Pick<RunInput, 'task' | 'train' | 'validation'>;
type Assets = Model & Texts;
/** Before any build of ONNX Runtime is loaded. */
const gpuMemory = watchGpuMemory(globalThis);

/** Kept from run to run, so that a network that fails in the middle of a class stops nobody. */
const runtimes = new Map<string, Promise<Runtime>>();
const models = new Map<string, Promise<Model>>();
const tasks = new Map<string, Promise<Texts>>();
const store = openRunStore();
let running: AbortController | null = null;
/** The timing of a few steps while nothing else goes on; a run ends it and waits for its last step. */
let probing: { controller: AbortController; ended: Promise<unknown> } | null = null;

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'stop') running?.abort();
  else if (data.type === 'warm') void warm(data);
  else if (data.type === 'lifeline') holdLifeline(data.lock);
  else void run(data);
});

/** A lock that is free again tells the page that this worker is gone, however it went. Secure contexts only. */
function holdLifeline(lock: string): void {
  if (!('locks' in navigator)) return;
  void navigator.locks.request(lock, () => {
    send({ type: 'alive' });
    return new Promise(() => {});
  });
}

async function warm({ warming, recipe, data }: Extract<ToWorker, { type: 'warm' }>): Promise<void> {
  send({ type: 'ready', warming, preflight: await preflight(recipe, data).catch(() => null) });
}

async function preflight(recipe: Recipe, data?: CustomTask): Promise<Preflight> {
  const loaded = await assetsOf(recipe, data);
  const runtime = await runtimeFor();
  if (running || probing) return { choice: runtime.choice, speed: null };
  const controller = new AbortController();
  const ended = probeSpeed({ ...loaded, runtime, recipe, signal: controller.signal });
  probing = { controller, ended };
  // What keeps a probe from ending will be met, and named, by the run.
  const speed = await ended.catch(() => null);
  probing = null;
  return { choice: runtime.choice, speed };
}

async function run({ id, recipe, data, backend, checkpoint }: RunOrder): Promise<void> {
  if (running) return send({ type: 'failed', message: 'A run is already going on.', again: true });
  const { signal } = (running = new AbortController());
  try {
    probing?.controller.abort();
    await probing?.ended.catch(() => {});
    const loaded = await assetsOf(recipe, data);
    const runtime = await runtimeFor(backend);
    const result = await train({ ...loaded, runtime, recipe, signal, resume: checkpoint }, id);
    if (result) send({ type: 'done', result }, [result.artifact.buffer]);
  } catch (error) {
    send({
      type: 'failed',
      message: sentenceOf(error),
      again: !isOfTheRecipe(error),
    });
  } finally {
    running = null;
  }
}

/** What goes wrong here, the recipe's own faults apart, is the engine's doing: null, after the page was told. */
async function train(input: RunInput, id: string): Promise<RunResult | null> {
  const checkpoints = { everyMs: CHECKPOINT_EVERY_MS, save: (made: Checkpoint) => keep(id, made) };
  try {
    return await runRecipe({
      ...input,
      checkpoints,
      emit: (event) => send({ type: 'event', event }),
    });
  } catch (error) {
    if (isOfTheRecipe(error)) throw error;
    send({ type: 'lost', message: sentenceOf(error) });
    return null;
  }
}

/** Whether the same recipe would fail in the same way on any engine. */
function isOfTheRecipe(error: unknown): boolean {
  return error instanceof DivergedError || error instanceof RecipeError;
}

/** On disk, or with the page where this browser keeps nothing. */
async function keep(id: string, checkpoint: Checkpoint): Promise<void> {
  try {
    await store.saveCheckpoint(id, checkpoint);
  } catch {
    const { parameters, optimiser } = checkpoint;
    const vectors = [parameters, ...Object.values(optimiser)].map(({ buffer }) => buffer);
    send({ type: 'checkpoint', checkpoint }, vectors);
  }
}

function runtimeFor(prefer?: 'webgpu' | 'wasm'): Promise<Runtime> {
  return remembered(runtimes, prefer ?? 'auto', () =>
    openRuntime({
      prefer,
      gpuMemory,
      // A run that waits for a GPU that is gone may wait for ever: the page starts another worker.
      onlost: (message) => send({ type: 'lost', message }),
    }),
  );
}

async function assetsOf({ base, task }: Recipe, data?: CustomTask): Promise<Assets> {
  const [model, texts] = await Promise.all([
    remembered(models, base.id, () => loadModel(base.id)),
    remembered(tasks, task, () => loadTask(task, data)),
  ]);
  return { ...model, ...texts };
}

/** A base model and the general English it is asked on, with the bytes loaded so far reported as they arrive. */
async function loadModel(id: string): Promise<Model> {
  const path = (file: string) => `/models/${id}/${file}`;
  const files = await fetchBytes([GENERAL_PATH, ...MODEL_FILES.map(path)], (loaded, total) =>
    send({ type: 'event', event: { type: 'phase', phase: 'loading', loaded, total } }),
  );
  const base = await loadBaseModel(id, async (file) => files.get(path(file))!);
  const general = new TextDecoder().decode(files.get(GENERAL_PATH));
  return { base, general: generalBatches(base, general) };
}

/** @param data the task, where it is the person's own */
async function loadTask(id: string, data?: CustomTask): Promise<Texts> {
  if (data) return { task: data.task, train: data.train, validation: data.validation };
  if (isCustomTask(id)) throw new Error(DATA_ELSEWHERE);
  const paths = ['task.json', 'train.jsonl', 'validation.jsonl'].map(
    (file) => `/tasks/${id}/${file}`,
  );
  const files = await fetchBytes(paths, () => {});
  const [task, train, validation] = paths.map((path) => new TextDecoder().decode(files.get(path)));
  const parsed = parseTask(JSON.parse(task!));
  return {
    task: parsed,
    train: parseExamples(train!, parsed),
    validation: parseExamples(validation!, parsed),
  };
}

function generalBatches({ tokenizer, config }: BaseModel, jsonl: string): LanguageModelBatch[] {
  const texts = parseTexts(jsonl).slice(0, GENERAL_TEXTS);
  const { batch, length } = GENERAL_SHAPE;
  return [...languageModelBatches(texts, tokenizer, config, batch, length)];
}

function send(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

const sentenceOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
