/**
 * The engine in a worker of its own: loads model, task and ONNX Runtime once, then runs recipes one at a time.
 * Knows where files are served from; everything else is the engine's.
 */
import asyncifyMjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import wasmMjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { parseExamples, parseTask } from '../engine/data/task.ts';
import type { Recipe } from '../engine/formats/recipe.ts';
import { loadBaseModel, MODEL_FILES } from '../engine/model/base-model.ts';
import { createBrowserRuntime } from '../engine/runtime/browser.ts';
import type { Runtime } from '../engine/runtime/runtime.ts';
import { runRecipe, type RunInput } from '../engine/train/trainer.ts';
import { fetchBytes } from './fetch-bytes.ts';
import { probeSpeed } from './probe.ts';
import type { FromWorker, Preflight, ToWorker } from './worker-protocol.ts';

const builds = {
  webgpu: {
    load: () => import('onnxruntime-web/webgpu'),
    wasm: asyncifyWasm,
    mjs: asyncifyMjs,
  },
  wasm: { load: () => import('onnxruntime-web/wasm'), wasm: wasmWasm, mjs: wasmMjs },
};

type Assets = Pick<RunInput, 'base' | 'task' | 'train' | 'validation'>;

/** Kept from run to run, so that a network that fails in the middle of a class stops nobody. */
const runtimes = new Map<string, Promise<Runtime>>();
const assets = new Map<string, Promise<Assets>>();
let running: AbortController | null = null;
/** The timing of a few steps while nothing else goes on; a run ends it and waits for its last step. */
let probing: { controller: AbortController; ended: Promise<unknown> } | null = null;

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'stop') running?.abort();
  else if (data.type === 'warm') void warm(data.recipe);
  else void run(data);
});

async function warm(recipe: Recipe): Promise<void> {
  send({ type: 'ready', preflight: await preflight(recipe).catch(() => null) });
}

async function preflight(recipe: Recipe): Promise<Preflight> {
  const loaded = await assetsOf(recipe);
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

async function run({ recipe, backend }: Extract<ToWorker, { type: 'run' }>): Promise<void> {
  if (running) return send({ type: 'failed', message: 'A run is already going on.' });
  running = new AbortController();
  try {
    probing?.controller.abort();
    await probing?.ended.catch(() => {});
    const result = await runRecipe({
      ...(await assetsOf(recipe)),
      runtime: await runtimeFor(backend),
      recipe,
      signal: running.signal,
      emit: (event) => send({ type: 'event', event }),
    });
    send({ type: 'done', result }, [result.artifact.buffer]);
  } catch (error) {
    send({ type: 'failed', message: sentenceOf(error) });
  } finally {
    running = null;
  }
}

function runtimeFor(prefer?: 'webgpu' | 'wasm'): Promise<Runtime> {
  return remembered(runtimes, prefer ?? 'auto', () => createBrowserRuntime({ builds, prefer }));
}

function assetsOf(recipe: Recipe): Promise<Assets> {
  return remembered(assets, `${recipe.base.id} ${recipe.task}`, () => loadAssets(recipe));
}

/** Made once per key; what failed is tried again the next time. */
function remembered<T>(held: Map<string, Promise<T>>, key: string, make: () => Promise<T>) {
  const known = held.get(key);
  if (known) return known;
  const made = make();
  held.set(key, made);
  made.catch(() => held.delete(key));
  return made;
}

/** Model and task, with the bytes loaded so far reported as they arrive. */
async function loadAssets(recipe: Recipe): Promise<Assets> {
  const model = `/models/${recipe.base.id}`;
  const task = `/tasks/${recipe.task}`;
  const paths = [
    ...MODEL_FILES.map((file) => `${model}/${file}`),
    ...['task.json', 'train.jsonl', 'validation.jsonl'].map((file) => `${task}/${file}`),
  ];
  const files = await fetchBytes(paths, (loaded, total) =>
    send({ type: 'event', event: { type: 'phase', phase: 'loading', loaded, total } }),
  );
  const bytes = (path: string) => files.get(path)!;
  const text = (path: string) => new TextDecoder().decode(bytes(path));
  const parsed = parseTask(JSON.parse(text(`${task}/task.json`)));
  return {
    base: await loadBaseModel(recipe.base.id, async (file) => bytes(`${model}/${file}`)),
    task: parsed,
    train: parseExamples(text(`${task}/train.jsonl`), parsed),
    validation: parseExamples(text(`${task}/validation.jsonl`), parsed),
  };
}

function send(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

const sentenceOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
