/**
 * Pretrains a base model with the project's own engine on onnxruntime-node.
 *
 *   npm run pretrain -- --model nano|small [--steps N] [--threads 2] [--export-only]
 *
 * Resumable: the state is saved every half minute, and the same command goes on where it was killed. The text
 * of each step depends on the step's number alone, so an interrupted run ends where an uninterrupted one does;
 * only another `--steps` changes what remains, namely the rest of the schedule of the learning rate.
 * Writes `static/models/<model>/`: config.json, tokenizer.json, model.safetensors (fp16) and training.json.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exportCheckpoint, randomWeights } from '../../src/lib/engine/model/base-model.ts';
import { parseLlamaConfig } from '../../src/lib/engine/model/config.ts';
import { readSafetensors } from '../../src/lib/engine/formats/safetensors.ts';
import { createNodeRuntime } from '../../src/lib/engine/runtime/node.ts';
import { stepScalars } from '../../src/lib/engine/train/optimisers/index.ts';
import { scheduledRate } from '../../src/lib/engine/train/optimisers/schedule.ts';
import {
  buildLanguageModelLoss,
  buildPretrainingStep,
  languageModelTrainables,
} from '../../src/lib/engine/train/language-model.ts';
import { scalarFeeds } from '../../src/lib/engine/train/training-state.ts';
import { initialParameters, unpack } from '../../src/lib/engine/train/parameters.ts';
import { doubleWidth } from './grow.ts';
import { planOf } from './plans.ts';
import { firstState, loadState, saveState } from './state.ts';
import { loadTokens, randomWindows, windows } from './tokens.ts';
import { ancestryOf } from './training-record.ts';

const { values: options } = parseArgs({
  options: {
    model: { type: 'string', default: 'nano' },
    steps: { type: 'string' },
    threads: { type: 'string', default: '2' },
    'export-only': { type: 'boolean', default: false },
  },
});

const BATCH = { batch: 32, length: 64 };
const TOKENS_PER_STEP = BATCH.batch * BATCH.length;
const SAVE_EVERY_MS = 30_000;
const MEASURE_EVERY = 500;

const plan = planOf(options.model);
const { optimiser, seed } = plan;
const steps = Number(options.steps ?? plan.steps);
const work = join('.pretrain', plan.id);
const out = join('static/models', plan.id);
const stateFile = join(work, 'state.bin');
const parent = plan.grownFrom && join('static/models', plan.grownFrom);

mkdirSync(work, { recursive: true });
mkdirSync(out, { recursive: true });
const config = parseLlamaConfig(plan.config);
const trainables = languageModelTrainables(config);
const text = loadTokens(work, config, parent && join(parent, 'tokenizer.json'));
console.log(
  `corpus: ${text.train.length.toLocaleString('en')} training tokens, ${text.heldOut.length.toLocaleString('en')} held out`,
);

const runtime = await createNodeRuntime({ threads: Number(options.threads) });
const state =
  loadState(stateFile) ?? firstState(initialParameters(trainables, firstWeights(), seed));
console.log(
  `${state.parameters.length.toLocaleString('en')} parameters, ${steps.toLocaleString('en')} steps of ${TOKENS_PER_STEP} tokens` +
    (state.step ? `, resumed at step ${state.step}` : ''),
);
if (!options['export-only']) await train();
await exportModel();

/** Random, or the parent's doubled in width. */
function firstWeights() {
  if (!parent) return randomWeights(config, seed);
  const read = (file: string) => readFileSync(join(parent, file));
  const parentConfig = parseLlamaConfig(JSON.parse(read('config.json').toString()));
  return doubleWidth(parentConfig, readSafetensors(read('model.safetensors')), seed);
}

async function train(): Promise<void> {
  if (state.step === 0 && parent) await measure();
  const session = await runtime.createSession(buildPretrainingStep(config, BATCH, optimiser));
  const size = [state.parameters.length];
  let saved = Date.now();
  let shown = 0;
  let recent = { at: Date.now(), step: state.step };
  while (state.step < steps) {
    const began = performance.now();
    const step = state.step + 1;
    const scalars = stepScalars(optimiser, step, scheduledRate(optimiser, step, steps));
    const outputs = await session.run({
      ...randomWindows(text.train, BATCH, seed, step),
      parameters: { data: state.parameters, shape: size },
      moment1: { data: state.moment1, shape: size },
      moment2: { data: state.moment2, shape: size },
      ...scalarFeeds(scalars),
    });
    const loss = (await outputs.loss!.read())[0]!;
    if (!Number.isFinite(loss)) throw new Error(`step ${step}: the loss is ${loss}`);
    state.parameters = await outputs.nextParameters!.read();
    state.moment1 = await outputs.nextMoment1!.read();
    state.moment2 = await outputs.nextMoment2!.read();
    state.step = step;
    state.loss = Number.isNaN(state.loss) ? loss : 0.99 * state.loss + 0.01 * loss;
    state.tokensSeen += TOKENS_PER_STEP;
    state.seconds += (performance.now() - began) / 1000;
    if (step % MEASURE_EVERY === 0) await measure();
    if (Date.now() - shown > 2000) {
      shown = Date.now();
      const rate = (state.step - recent.step) / ((shown - recent.at) / 1000);
      progress(rate);
      if (shown - recent.at > 20_000) recent = { at: shown, step: state.step };
    }
    if (Date.now() - saved > SAVE_EVERY_MS) {
      saveState(stateFile, state);
      saved = Date.now();
    }
  }
  saveState(stateFile, state);
  await session.release();
  process.stdout.write('\n');
}

/** Progress bar on a terminal, a line now and then elsewhere. */
function progress(stepsPerSecond: number): void {
  const share = state.step / steps;
  const filled = Math.round(share * 24);
  const left = Math.round((steps - state.step) / Math.max(stepsPerSecond, 1e-6));
  const line =
    `[${'█'.repeat(filled)}${'·'.repeat(24 - filled)}] ${(share * 100).toFixed(1)} %  step ${state.step}/${steps}  ` +
    `loss ${state.loss.toFixed(3)}  ${Math.round(stepsPerSecond * TOKENS_PER_STEP).toLocaleString('en')} tokens/s  ` +
    `${Math.floor(left / 60)} min ${left % 60} s left`;
  process.stdout.write(process.stdout.isTTY ? `\r${line}\x1b[K` : `${line}\n`);
}

async function measure(): Promise<void> {
  const loss = Math.round((await heldOutLoss()) * 1e4) / 1e4;
  state.heldOut.push({ step: state.step, loss });
  console.log(`step ${state.step}: held-out loss ${loss}`);
}

/** Mean loss per token over the held-out text, in nats. */
async function heldOutLoss(): Promise<number> {
  const session = await runtime.createSession(buildLanguageModelLoss(config, BATCH));
  const batches = Math.floor((text.heldOut.length - 1) / TOKENS_PER_STEP);
  let sum = 0;
  for (let i = 0; i < batches; i++) {
    const { loss } = await session.run({
      ...windows(text.heldOut, BATCH, (row) => i * TOKENS_PER_STEP + row * BATCH.length),
      parameters: { data: state.parameters, shape: [state.parameters.length] },
    });
    sum += (await loss!.read())[0]!;
  }
  await session.release();
  return sum / batches;
}

async function exportModel(): Promise<void> {
  const held = await heldOutLoss();
  copyFileSync(join(work, 'tokenizer.json'), join(out, 'tokenizer.json'));
  writeFileSync(join(out, 'config.json'), JSON.stringify(plan.config, null, 2) + '\n');
  writeFileSync(
    join(out, 'model.safetensors'),
    exportCheckpoint(unpack(trainables, state.parameters)),
  );
  const training = {
    parameters: state.parameters.length,
    ...(parent && { grownFrom: ancestryOf(parent) }),
    corpusTokens: text.train.length,
    tokensSeen: state.tokensSeen,
    steps: state.step,
    plannedSteps: steps,
    trainingSeconds: Math.round(state.seconds),
    trainingLoss: state.loss,
    heldOutTokens: text.heldOut.length,
    heldOutLoss: held,
    heldOutCurve: state.heldOut,
    optimiser,
    batch: BATCH,
    seed,
  };
  writeFileSync(join(out, 'training.json'), JSON.stringify(training, null, 2) + '\n');
  console.log(
    `exported ${out} at step ${state.step}: held-out loss ${held.toFixed(4)} nats per token`,
  );
}
