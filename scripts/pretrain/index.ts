/**
 * Pretrains a base model with the project's own engine on onnxruntime-node.
 *
 *   npm run pretrain -- [--steps 24000] [--threads 2] [--export-only]
 *
 * Resumable: the state is saved every half minute, and the same command goes on where it was killed. The text
 * of each step depends on the step's number alone, so an interrupted run ends where an uninterrupted one does.
 * Writes `static/models/nano/`: config.json, tokenizer.json, model.safetensors (fp16) and training.json.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomStream } from '../../src/lib/engine/data/random.ts';
import { createTokenizer } from '../../src/lib/engine/data/tokenizer.ts';
import type { Recipe } from '../../src/lib/engine/formats/recipe.ts';
import { bytesOf } from '../../src/lib/engine/graph/graph.ts';
import { exportCheckpoint, randomWeights } from '../../src/lib/engine/model/base-model.ts';
import { parseLlamaConfig } from '../../src/lib/engine/model/config.ts';
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
import { trainTokenizer } from './bpe.ts';
import { readCorpus } from './corpus.ts';
import { NANO } from './nano.ts';

const { values: options } = parseArgs({
  options: {
    steps: { type: 'string', default: '24000' },
    threads: { type: 'string', default: '2' },
    'export-only': { type: 'boolean', default: false },
  },
});

const SEED = 1;
const BATCH = { batch: 32, length: 64 };
const TOKENS_PER_STEP = BATCH.batch * BATCH.length;
const SAVE_EVERY_MS = 30_000;
const MEASURE_EVERY = 1000;
/** Bytes kept in front of the state's vectors for the rest of it, as JSON. */
const STATE_HEAD = 8192;
const WORK = '.pretrain/nano';
const OUT = 'static/models/nano';

const steps = Number(options.steps);
const optimiser: Recipe['optimiser'] = {
  kind: 'adamw',
  learningRate: 3e-3,
  warmupSteps: 200,
  finalFraction: 0.02,
  weightDecay: 0.05,
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-8,
  clipNorm: 1,
};

interface State {
  step: number;
  parameters: Float32Array;
  moment1: Float32Array;
  moment2: Float32Array;
  /** Exponential mean of the training loss. */
  loss: number;
  tokensSeen: number;
  seconds: number;
  /** Held-out loss in nats per token, measured every {@link MEASURE_EVERY} steps. */
  heldOut: { step: number; loss: number }[];
}

mkdirSync(WORK, { recursive: true });
mkdirSync(OUT, { recursive: true });
const config = parseLlamaConfig(NANO);
const trainables = languageModelTrainables(config);
const text = loadTokens();
console.log(
  `corpus: ${text.train.length.toLocaleString('en')} training tokens, ${text.heldOut.length.toLocaleString('en')} held out`,
);

const runtime = await createNodeRuntime({ threads: Number(options.threads) });
const state = loadState() ?? {
  step: 0,
  parameters: initialParameters(trainables, randomWeights(config, SEED), SEED),
  moment1: new Float32Array(trainables.reduce((n, t) => n + t.shape.reduce((a, b) => a * b, 1), 0)),
  moment2: new Float32Array(trainables.reduce((n, t) => n + t.shape.reduce((a, b) => a * b, 1), 0)),
  loss: NaN,
  tokensSeen: 0,
  seconds: 0,
  heldOut: [],
};
console.log(
  `${state.parameters.length.toLocaleString('en')} parameters, ${steps.toLocaleString('en')} steps of ${TOKENS_PER_STEP} tokens` +
    (state.step ? `, resumed at step ${state.step}` : ''),
);
if (!options['export-only']) await train();
await exportModel();

async function train(): Promise<void> {
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
      ...window(text.train, step),
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
    if (step % MEASURE_EVERY === 0) state.heldOut.push({ step, loss: round(await heldOutLoss()) });
    if (Date.now() - shown > 2000) {
      shown = Date.now();
      const rate = (state.step - recent.step) / ((shown - recent.at) / 1000);
      progress(rate);
      if (shown - recent.at > 20_000) recent = { at: shown, step: state.step };
    }
    if (Date.now() - saved > SAVE_EVERY_MS) {
      saveState();
      saved = Date.now();
    }
  }
  saveState();
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

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

/** Mean loss per token over the held-out text, in nats. */
async function heldOutLoss(): Promise<number> {
  const session = await runtime.createSession(buildLanguageModelLoss(config, BATCH));
  const windows = Math.floor((text.heldOut.length - 1) / TOKENS_PER_STEP);
  let sum = 0;
  for (let i = 0; i < windows; i++) {
    const { loss } = await session.run({
      ...rows(text.heldOut, (row) => i * TOKENS_PER_STEP + row * BATCH.length),
      parameters: { data: state.parameters, shape: [state.parameters.length] },
    });
    sum += (await loss!.read())[0]!;
  }
  await session.release();
  return sum / windows;
}

async function exportModel(): Promise<void> {
  const held = await heldOutLoss();
  copyFileSync(join(WORK, 'tokenizer.json'), join(OUT, 'tokenizer.json'));
  writeFileSync(join(OUT, 'config.json'), JSON.stringify(NANO, null, 2) + '\n');
  writeFileSync(
    join(OUT, 'model.safetensors'),
    exportCheckpoint(unpack(trainables, state.parameters)),
  );
  const training = {
    parameters: state.parameters.length,
    corpusTokens: text.train.length,
    tokensSeen: state.tokensSeen,
    steps: state.step,
    trainingSeconds: Math.round(state.seconds),
    trainingLoss: state.loss,
    heldOutTokens: text.heldOut.length,
    heldOutLoss: held,
    heldOutCurve: state.heldOut,
    optimiser,
    batch: BATCH,
    seed: SEED,
  };
  writeFileSync(join(OUT, 'training.json'), JSON.stringify(training, null, 2) + '\n');
  console.log(
    `exported ${OUT} at step ${state.step}: held-out loss ${held.toFixed(4)} nats per token`,
  );
}

/** Tokens of the corpus as one stream of `<s> text </s>`, tokenized once and kept. */
function loadTokens(): { train: Int32Array; heldOut: Int32Array } {
  const files = { train: join(WORK, 'train.bin'), heldOut: join(WORK, 'held-out.bin') };
  const tokenizerFile = join(WORK, 'tokenizer.json');
  const read = (path: string) => {
    const bytes = readFileSync(path);
    return new Int32Array(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
    );
  };
  if (!Object.values(files).every(existsSync) || !existsSync(tokenizerFile)) {
    console.log('reading WordNet and training the tokenizer (about a minute)');
    const corpus = readCorpus();
    const json = trainTokenizer(corpus.train, config.vocabSize);
    const tokenizer = createTokenizer(json, config.bosToken);
    const encode = (texts: readonly string[]) =>
      Int32Array.from(texts.flatMap((line) => [...tokenizer.encode(line), config.eosToken!]));
    const shuffledTrain = shuffle(corpus.train);
    writeFileSync(files.train, bytesOf(encode(shuffledTrain)));
    writeFileSync(files.heldOut, bytesOf(encode(corpus.heldOut)));
    writeFileSync(tokenizerFile, JSON.stringify(json) + '\n');
  }
  return { train: read(files.train), heldOut: read(files.heldOut) };
}

function shuffle(texts: readonly string[]): string[] {
  const random = randomStream(SEED, 'corpus');
  return texts
    .map((line) => ({ line, at: random.uniform() }))
    .sort((a, b) => a.at - b.at)
    .map(({ line }) => line);
}

/** The windows of one step, at random places that the step's number decides. */
function window(tokens: Int32Array, step: number) {
  const random = randomStream(SEED, `window/${step}`);
  return rows(tokens, () => random.integer(tokens.length - BATCH.length - 1));
}

function rows(tokens: Int32Array, startOf: (row: number) => number) {
  const ids = new Int32Array(TOKENS_PER_STEP);
  const targets = new Int32Array(TOKENS_PER_STEP);
  for (let row = 0; row < BATCH.batch; row++) {
    const start = startOf(row);
    ids.set(tokens.subarray(start, start + BATCH.length), row * BATCH.length);
    targets.set(tokens.subarray(start + 1, start + 1 + BATCH.length), row * BATCH.length);
  }
  const shape = [TOKENS_PER_STEP];
  return { ids: { data: ids, shape }, targets: { data: targets, shape } };
}

/** One file, renamed into place, so that a kill leaves the old state or the new one. */
function saveState(): void {
  const { parameters, moment1, moment2, ...rest } = state;
  const head = Buffer.from(JSON.stringify(rest).padEnd(STATE_HEAD));
  const file = join(WORK, 'state.bin');
  writeFileSync(
    `${file}.new`,
    Buffer.concat([head, bytesOf(parameters), bytesOf(moment1), bytesOf(moment2)]),
  );
  renameSync(`${file}.new`, file);
}

function loadState(): State | null {
  const file = join(WORK, 'state.bin');
  if (!existsSync(file)) return null;
  const bytes = readFileSync(file);
  const rest = JSON.parse(bytes.subarray(0, STATE_HEAD).toString()) as Omit<
    State,
    'parameters' | 'moment1' | 'moment2'
  >;
  const size = (bytes.byteLength - STATE_HEAD) / 3;
  const vector = (index: number) => {
    const start = bytes.byteOffset + STATE_HEAD + index * size;
    return new Float32Array(bytes.buffer.slice(start, start + size));
  };
  return { ...rest, parameters: vector(0), moment1: vector(1), moment2: vector(2) };
}
