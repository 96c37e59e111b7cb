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
import { runRecipe } from '../engine/train/trainer.ts';
import { fetchBytes } from './fetch-bytes.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

const builds = {
  webgpu: {
    load: () => import('onnxruntime-web/webgpu'),
    wasm: asyncifyWasm,
    mjs: asyncifyMjs,
  },
  wasm: { load: () => import('onnxruntime-web/wasm'), wasm: wasmWasm, mjs: wasmMjs },
};

let runtime: Promise<Runtime> | null = null;
let running: AbortController | null = null;

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'stop') running?.abort();
  else void run(data);
});

async function run({ recipe, backend }: Extract<ToWorker, { type: 'run' }>): Promise<void> {
  if (running) return send({ type: 'failed', message: 'A run is already going on.' });
  running = new AbortController();
  try {
    const assets = await loadAssets(recipe);
    // A backend that failed to start is tried again with the next run.
    runtime ??= createBrowserRuntime({ builds, prefer: backend });
    const result = await runRecipe({
      ...assets,
      runtime: await runtime.catch((error: unknown) => {
        runtime = null;
        throw error;
      }),
      recipe,
      signal: running.signal,
      emit: (event) => send({ type: 'event', event }),
    });
    send({ type: 'done', result }, [result.artifact.buffer]);
  } catch (error) {
    send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  } finally {
    running = null;
  }
}

/** Model and task, with the bytes loaded so far reported as they arrive. */
async function loadAssets(recipe: Recipe) {
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
