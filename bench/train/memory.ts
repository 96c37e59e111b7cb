/**
 * Memory counted and seen, and what computing activations again buys and costs.
 *
 *   npm run evidence:memory
 *
 * Counted: from each recipe's graphs, by category. Seen: the bytes of WebGPU's buffers, of a whole run in the
 * product's worker and of its training step alone, on a software adapter and so on little data; on WASM there is
 * nothing to see. The step's time with and without recomputation is taken by turns, on onnxruntime-node.
 *
 * Writes docs/evidence/4-memory.json.
 */
import {
  DEFAULT_LEARNING_RATE,
  defaultMethod,
  defaultOptimiser,
  defaultRecipe,
  type Method,
  type OptimiserKind,
  type Recipe,
} from '../../src/lib/engine/formats/recipe.ts';
import { byteLength } from '../../src/lib/engine/graph/dtype.ts';
import { peakBytes, type StaticGraph } from '../../src/lib/engine/graph/liveness.ts';
import { trainablesOf } from '../../src/lib/engine/methods/index.ts';
import { createNodeRuntime } from '../../src/lib/engine/runtime/node.ts';
import type { Runtime } from '../../src/lib/engine/runtime/runtime.ts';
import { trainingStep } from '../../src/lib/engine/train/classifier.ts';
import { countOtherSessions, countRecipe, totalBytes } from '../../src/lib/engine/train/count.ts';
import { encodeFor } from '../../src/lib/engine/train/evaluate.ts';
import { stepScalars } from '../../src/lib/engine/train/optimisers/index.ts';
import { initialParameters } from '../../src/lib/engine/train/parameters.ts';
import { stepFeeds } from '../../src/lib/engine/train/step-feeds.ts';
import { trainingSessions } from '../../src/lib/engine/train/sessions.ts';
import { initialState, TrainingState } from '../../src/lib/engine/train/training-state.ts';
import { explainDifference } from '../../src/lib/lab/seen-words.ts';
import { describeRun, writeEvidence } from '../../scripts/lib/evidence.mjs';
import { openBrowserEngine, SOFTWARE_WEBGPU } from '../lib/browser-engine.ts';
import { openPageRuntime } from '../lib/page-runtime.ts';
import { projectModel, projectTask } from '../lib/project-files.ts';
import { median } from '../lib/statistics.ts';

/** Small, because a software adapter is slow. */
const SMALL = { steps: 4, batchSize: 2, sequenceLength: 8 };
const LORA = defaultMethod('lora');
/** Steps timed with and without recomputation, by turns; the first of each is left out. */
const TIMED = 21;

function small(method: Method, kind: OptimiserKind = 'adamw', change: Partial<Recipe> = {}) {
  const optimiser = defaultOptimiser(kind, DEFAULT_LEARNING_RATE[method.kind]);
  return { ...defaultRecipe(method.kind), method, optimiser, ...SMALL, ...change };
}
const again = { recomputeActivations: true };
const RECIPES: Record<string, Recipe> = {
  full: small(defaultMethod('full')),
  'full, 8-bit AdamW': small(defaultMethod('full'), 'adamw-8bit'),
  'full, SGD': small(defaultMethod('full'), 'sgd'),
  LoRA: small(LORA),
  'LoRA, recomputed': small(LORA, 'adamw', again),
  'LoRA int4': small(LORA, 'adamw', { quantisation: 'int4' }),
  'LoRA int4, recomputed': small(LORA, 'adamw', { quantisation: 'int4', ...again }),
  'LoRA NF4': small(LORA, 'adamw', { quantisation: 'nf4' }),
  'LoRA NF4, recomputed': small(LORA, 'adamw', { quantisation: 'nf4', ...again }),
  'Pfeiffer adapters': small(defaultMethod('adapter')),
  'prefix tuning': small(defaultMethod('prefix')),
};
const CHECKPOINTED: Record<string, Recipe> = {
  full: defaultRecipe('full'),
  LoRA: defaultRecipe('lora'),
  'LoRA int4': { ...defaultRecipe('lora'), quantisation: 'int4' },
  'LoRA NF4': { ...defaultRecipe('lora'), quantisation: 'nf4' },
};

const engine = await openBrowserEngine({ args: SOFTWARE_WEBGPU, validationExamples: 8 });
const gpu = await openPageRuntime();
const node = await createNodeRuntime({ threads: 2 });
const base = await projectModel('nano');
const { task, train } = await projectTask('definition-domain');
const labels = task.labels.length;

// One run is enough to see that nothing is seen there.
const { choice, seen } = await engine.run(small(defaultMethod('head')), 'wasm');
const wasm = { backend: choice.reason, seen };
const rows = [];
for (const [name, recipe] of Object.entries(RECIPES)) rows.push(await compare(name, recipe));
const checkpointing = [];
for (const [name, recipe] of Object.entries(CHECKPOINTED))
  checkpointing.push(await checkpointed(name, recipe));
await writeEvidence('4-memory.json', {
  ...describeRun({ chromium: engine.chromium }),
  unit: 'bytes',
  wasm,
  rows,
  checkpointing,
});
await gpu.close();
await engine.close();
process.exit(0);

async function compare(name: string, recipe: Recipe) {
  const { memory } = countRecipe(base.config, recipe, labels);
  const counted = totalBytes(memory);
  const run = await engine.run(recipe, 'webgpu');
  const general = run.general !== null;
  const others = countOtherSessions(base.config, recipe, labels, { general });
  if (!run.seen) throw new Error(`nothing was seen: ${run.choice.reason}`);
  const alone = await trainAlone(recipe);
  const { peak } = run.seen;
  console.log(
    `${name.padEnd(22)} counted ${mega(counted)}  training alone ${mega(alone.peak)}  run ${mega(peak)}  ` +
      `${(peak / counted).toFixed(2)} times`,
  );
  return {
    name,
    recipe,
    counted: { total: counted, ...memory },
    otherSessions: others,
    webgpu: {
      adapter: run.choice.reason,
      seen: run.seen,
      ratio: peak / counted,
      explanation: explainDifference(counted, run.seen, others),
      /** The difference from counted to seen, one cause after the other. */
      attributed: {
        rounding: alone.countedInBuckets - counted,
        pool: alone.peak - alone.countedInBuckets,
        otherSessionsWeights: others.weights,
        otherSessionsPool: peak - alone.peak - others.weights,
      },
      trainingAlone: alone,
    },
  };
}

/** The training step's session without any other, in a page of its own. */
async function trainAlone(recipe: Recipe) {
  await gpu.seen('begin');
  const trainer = await openTrainer(gpu, recipe);
  const { live: compiled } = await gpu.seen();
  const afterSteps = [];
  for (let step = 1; step <= recipe.steps; step++) {
    await trainer.step();
    afterSteps.push((await gpu.seen()).live);
  }
  const { peak, atPeak } = await gpu.seen();
  await trainer.close();
  const { graph } = trainingStep(specOf(recipe), recipe.optimiser);
  const countedInBuckets = peakBytes(inBuckets(graph));
  return {
    compiled,
    afterSteps,
    peak,
    atPeak,
    countedInBuckets,
    released: (await gpu.seen()).live,
  };
}

function specOf(recipe: Recipe) {
  const { batchSize } = recipe;
  return { config: base.config, base: base.weights, recipe, labels, batchSize };
}

async function openTrainer(runtime: Runtime, recipe: Recipe) {
  const { optimiser, method, seed, quantisation } = recipe;
  const sessions = await trainingSessions(runtime, base, recipe, labels);
  const trainables = trainablesOf(base.config, method, labels);
  const first = initialParameters(trainables, base.weights, seed, quantisation);
  const state = new TrainingState(sessions, initialState(first, optimiser), optimiser);
  const examples = encodeFor({ task, recipe, base, train }, train.slice(0, 64));
  const feeds = stepFeeds(recipe, base.config, examples, 0);
  let done = 0;
  return {
    step: () =>
      state.step(feeds.next().value, stepScalars(optimiser, ++done, optimiser.learningRate)),
    async close() {
      state.dispose();
      await sessions.step.release();
    },
  };
}

/**
 * The graph with every tensor that is computed or fed as large as the buffer ONNX Runtime 1.30 takes for it: its
 * pool's sizes (BufferManager, bucket cache). Stored weights get buffers of their own size.
 */
function inBuckets(graph: StaticGraph): StaticGraph {
  const sizes = [64, 128, 256, 512, ...Array.from({ length: 13 }, (_, i) => 2048 * 2 ** i)];
  const rounded = <T extends { shape: readonly number[]; dtype: Parameters<typeof byteLength>[1] }>(
    tensor: T,
  ): T => {
    const bytes = byteLength(tensor.shape, tensor.dtype);
    const bucket = sizes.find((size) => size >= bytes) ?? bytes;
    return { ...tensor, shape: [bucket], dtype: 'uint8' };
  };
  const { inputs, initializers, nodes, outputs } = graph;
  return { inputs: inputs.map(rounded), initializers, nodes: nodes.map(rounded), outputs };
}

/** Counted saving and measured cost of computing activations again, at the default sizes. */
async function checkpointed(name: string, recipe: Recipe) {
  const variants = { kept: recipe, recomputed: { ...recipe, ...again } };
  const count = (of: Recipe) => countRecipe(base.config, of, labels).memory;
  const [kept, recomputed] = [count(variants.kept), count(variants.recomputed)];
  const trainers = {
    kept: await openTrainer(node, variants.kept),
    recomputed: await openTrainer(node, variants.recomputed),
  };
  const samples: Record<keyof typeof trainers, number[]> = { kept: [], recomputed: [] };
  for (let step = 0; step < TIMED; step++)
    for (const which of ['kept', 'recomputed'] as const) {
      const began = performance.now();
      await trainers[which].step();
      if (step > 0) samples[which].push(performance.now() - began);
    }
  for (const trainer of Object.values(trainers)) await trainer.close();
  const timeRatio = median(samples.recomputed) / median(samples.kept);
  const saved = 1 - recomputed.activations / kept.activations;
  console.log(
    `${name.padEnd(22)} recomputed: ${(100 * saved).toFixed(0)} % of activations saved, steps take ${timeRatio.toFixed(2)} times as long`,
  );
  return {
    name,
    recipe,
    activations: { kept: kept.activations, recomputed: recomputed.activations, saved },
    total: { kept: totalBytes(kept), recomputed: totalBytes(recomputed) },
    stepTime: { backend: node.choice, unit: 'ms', ratio: timeRatio, samples },
  };
}
function mega(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2).padStart(6)} MB`;
}
