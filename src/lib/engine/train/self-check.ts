/**
 * Whether a backend computes right, asked before it trains anything: graphics drivers have been seen to return
 * wrong sums without an error. Three steps each of a few recipes, on a model of one small layer, cover every
 * operator of a training step; their losses and gradient norms are known.
 */
import { collate } from '../data/batches.ts';
import {
  defaultMethod,
  defaultOptimiser,
  defaultRecipe,
  type Method,
  type OptimiserKind,
  type Recipe,
} from '../formats/recipe.ts';
import { trainablesOf } from '../methods/index.ts';
import { randomWeights } from '../model/base-model.ts';
import { parseLlamaConfig } from '../model/config.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { buildTrainingStep, stateOutputs } from './classifier.ts';
import { batchFeeds } from './evaluate.ts';
import { noiseInputs } from './noise.ts';
import { stepScalars } from './optimisers/index.ts';
import { scheduledRate } from './optimisers/schedule.ts';
import { initialParameters } from './parameters.ts';
import { noiseFeeds } from './step-feeds.ts';
import { initialState, TrainingState } from './training-state.ts';

/** Rounding differs between backends; the largest difference seen between WASM, WebGPU and Node is 1e-6. */
const TOLERANCE = 1e-3;
const LABELS = 3;
/** What an optimiser remembers is written by the first step, read by the second, and seen in the third. */
const STEPS = 3;
/** Tokens a sequence. */
const LENGTH = 8;

const config = parseLlamaConfig({
  model_type: 'llama',
  vocab_size: 40,
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: true,
  initializer_range: 0.3,
  bos_token_id: 1,
  pad_token_id: 0,
});

const BATCH = collate(
  [
    { ids: [1, 5, 9, 4], label: 1 },
    { ids: [1, 7, 7, 30, 12, 3, 21, 16], label: 0 },
    { ids: [1, 3], label: 2 },
  ],
  4,
  LENGTH,
  config.padToken,
);

interface Reading {
  loss: number;
  gradientNorm: number;
}

interface Case {
  name: string;
  method: Method;
  quantisation: Recipe['quantisation'];
  optimiser: OptimiserKind;
  learningRate: number;
  /** By step, as onnxruntime-node computes them. */
  expected: Reading[];
}

const LORA = { ...defaultMethod('lora'), rank: 4, alpha: 8 };

/** Together they hold every operator, on every type of number, of any recipe's training step. */
export const CASES: readonly Case[] = [
  {
    name: 'LoRA on NF4',
    method: LORA,
    quantisation: 'nf4',
    optimiser: 'adamw',
    learningRate: 3e-3,
    expected: [
      { loss: 2.0642, gradientNorm: 5.41153 },
      { loss: 1.83198, gradientNorm: 5.01782 },
      { loss: 1.74509, gradientNorm: 4.87596 },
    ],
  },
  {
    name: 'full fine-tuning',
    method: defaultMethod('full'),
    quantisation: 'fp32',
    optimiser: 'adamw',
    learningRate: 1e-3,
    expected: [
      { loss: 1.2732, gradientNorm: 13.1873 },
      { loss: 0.874374, gradientNorm: 8.56328 },
      { loss: 0.762839, gradientNorm: 7.04553 },
    ],
  },
  {
    name: 'DoRA with dropout on int4 under 8-bit AdamW',
    method: { ...LORA, targets: ['q_proj', 'down_proj'], dora: true, dropout: 0.2 },
    quantisation: 'int4',
    optimiser: 'adamw-8bit',
    learningRate: 3e-3,
    expected: [
      { loss: 2.49989, gradientNorm: 5.13117 },
      { loss: 2.35665, gradientNorm: 4.89648 },
      { loss: 2.31819, gradientNorm: 4.42274 },
    ],
  },
  {
    name: 'Pfeiffer adapters on int8',
    method: { kind: 'adapter', placement: 'pfeiffer', reduction: 8 },
    quantisation: 'int8',
    optimiser: 'adamw',
    learningRate: 3e-3,
    expected: [
      { loss: 1.27553, gradientNorm: 2.58819 },
      { loss: 1.22656, gradientNorm: 2.51812 },
      { loss: 1.20817, gradientNorm: 2.4925 },
    ],
  },
  {
    name: 'prefix tuning',
    method: { kind: 'prefix', length: 2, hidden: 8 },
    quantisation: 'fp32',
    optimiser: 'sgd',
    learningRate: 3e-2,
    expected: [
      { loss: 1.1587, gradientNorm: 2.80704 },
      { loss: 1.0959, gradientNorm: 2.69346 },
      { loss: 1.05248, gradientNorm: 2.61591 },
    ],
  },
];

/**
 * The runtime to train on: `preferred`, unless it is a GPU that fails the check.
 * @param instead makes the runtime that takes its place; its argument is the sentence that says why
 */
export async function firstThatComputesRight(
  preferred: Promise<Runtime>,
  instead: (because: string) => Promise<Runtime>,
): Promise<Runtime> {
  const runtime = await preferred;
  // A CPU that cannot add has no page to show this on.
  if (runtime.choice.backend !== 'webgpu') return runtime;
  const fault = await selfCheck(runtime).catch((error: unknown) =>
    error instanceof Error ? error.message : String(error),
  );
  return fault === null ? runtime : instead(`WebGPU failed its self-check: ${fault}.`);
}

/** @returns null when the backend computes right, else a sentence that says what it got wrong */
export async function selfCheck(runtime: Runtime): Promise<string | null> {
  for (const example of CASES) {
    const readings = await firstSteps(runtime, example);
    for (const [index, reading] of readings.entries())
      for (const key of ['loss', 'gradientNorm'] as const) {
        const [got, right] = [reading[key], example.expected[index]![key]];
        // Written so that NaN fails too.
        if (!(Math.abs(got - right) <= TOLERANCE * right))
          return `${example.name} gave ${key === 'loss' ? 'a loss' : 'a gradient norm'} of ${got.toPrecision(4)} where ${right.toPrecision(4)} is right`;
      }
  }
  return null;
}

/** What a case's steps are built of. */
export function specOf({ method, quantisation, optimiser: kind, learningRate }: Case) {
  const usual = defaultRecipe(method.kind);
  // Without warm-up already the first update moves the second loss well beyond the tolerance.
  const optimiser = { ...defaultOptimiser(kind, learningRate), learningRate, warmupSteps: 0 };
  const batchSize = BATCH.labels.length;
  const recipe = { ...usual, optimiser, method, quantisation, batchSize, sequenceLength: LENGTH };
  return { config, base: randomWeights(config, 1), recipe, labels: LABELS, batchSize };
}

/** The steps of one case on a backend. */
export async function firstSteps(runtime: Runtime, example: Case): Promise<Reading[]> {
  const spec = specOf(example);
  const { base, recipe } = spec;
  const { method, quantisation, optimiser } = recipe;
  const session = await runtime.createSession(buildTrainingStep(spec, optimiser), {
    keepOnDevice: stateOutputs(optimiser),
  });
  const trainables = trainablesOf(config, method, LABELS);
  const first = initialParameters(trainables, base, 1, quantisation);
  const sessions = { step: session, accumulate: null };
  const state = new TrainingState(sessions, initialState(first, optimiser), optimiser);
  const noise = noiseInputs(config, recipe);
  const readings: Reading[] = [];
  try {
    for (let step = 1; step <= STEPS; step++) {
      const rate = scheduledRate(optimiser, step, STEPS);
      const feeds = { ...batchFeeds(BATCH), ...noiseFeeds(noise, recipe.seed, String(step)) };
      readings.push(await state.step([feeds], stepScalars(optimiser, step, rate)));
    }
    return readings;
  } finally {
    state.dispose();
    await session.release();
  }
}
