/**
 * LoRA rank against quantisation: live-test accuracy over three seeds, share of trained parameters, counted bytes
 * and step time, on `definition-domain` with `nano`.
 *
 *   npm run evidence:table [-- --steps 600]
 *
 * Resumable: each finished cell is kept in .rankroom/table under the recipe, the checkpoint and the task's text, and
 * the same command goes on with those that are missing. Runs train on onnxruntime-node, whose losses equal those
 * of the browser to rounding (tests/e2e/webgpu-placement.spec.ts, `npm run evidence:parity`); step times are taken apart, in Chromium on WASM, in
 * rounds over all formats so that a busy moment falls on all of them. Writes docs/evidence/3-table.json.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  defaultRecipe,
  QUANTISATIONS,
  type Quantisation,
  type Recipe,
} from '../../src/lib/engine/formats/recipe.ts';
import { createNodeRuntime } from '../../src/lib/engine/runtime/node.ts';
import { evaluateArtifact } from '../../src/lib/engine/train/evaluate.ts';
import type { Counts } from '../../src/lib/engine/train/events.ts';
import { runRecipe } from '../../src/lib/engine/train/trainer.ts';
import { describeRun, writeEvidence } from '../../scripts/lib/evidence.mjs';
import { openBrowserEngine } from '../lib/browser-engine.ts';
import { cellKey, hashOf } from '../lib/cell-key.ts';
import { projectModel, projectTask } from '../lib/project-files.ts';
import { deviation, mean, median } from '../lib/statistics.ts';

const { values: options } = parseArgs({ options: { steps: { type: 'string', default: '600' } } });
const steps = Number(options.steps);

const RANKS = [1, 4, 16];
const SEEDS = [1, 2, 3];
const KEPT = '.rankroom/table';
/** Steps timed of each configuration in each round. */
const TIMED_STEPS = 40;
const TIMED_ROUNDS = 3;

interface Cell {
  liveTest: number;
  validation: number;
  counts: Counts;
  lastLoss: number;
}

const runtime = await createNodeRuntime({ threads: 2 });
const base = await projectModel('nano');
const data = await projectTask('definition-domain');
const checkpoint = hashOf(readFileSync('static/models/nano/model.safetensors'));
mkdirSync(KEPT, { recursive: true });

function recipeOf(rank: number, quantisation: Quantisation, seed: number, count = steps): Recipe {
  const recipe = { ...defaultRecipe('lora'), quantisation, seed, steps: count };
  if (recipe.method.kind === 'lora') recipe.method = { ...recipe.method, rank, alpha: 2 * rank };
  return recipe;
}

const configurations = RANKS.flatMap((rank) =>
  QUANTISATIONS.map((quantisation) => ({ rank, quantisation })),
);
// Seeds outermost: a table cut short has every configuration.
const cells = new Map<string, Cell[]>();
for (const seed of SEEDS)
  for (const { rank, quantisation } of configurations) {
    const recipe = recipeOf(rank, quantisation, seed);
    const cell = await keptOr(recipe, () => train(recipe));
    const name = nameOf(rank, quantisation);
    cells.set(name, [...(cells.get(name) ?? []), cell]);
    console.log(`seed ${seed}  ${name.padEnd(12)} live-test ${cell.liveTest.toFixed(3)}`);
  }
const times = await stepTimes();

const rows = configurations.map(({ rank, quantisation }) => {
  const name = nameOf(rank, quantisation);
  const seeds = cells.get(name)!;
  const { counts } = seeds[0]!;
  const accuracies = seeds.map(({ liveTest }) => liveTest);
  const milliseconds = times.get(name)!;
  return {
    rank,
    quantisation,
    accuracyMean: mean(accuracies),
    accuracyDeviation: deviation(accuracies),
    trainable: counts.trainable,
    trainableShare: counts.trainable / counts.total,
    counts,
    stepMilliseconds: median(milliseconds),
    samples: {
      seeds: SEEDS,
      accuracies,
      validations: seeds.map((s) => s.validation),
      milliseconds,
    },
  };
});
for (const row of rows)
  console.log(
    `${nameOf(row.rank, row.quantisation).padEnd(12)} ${row.accuracyMean.toFixed(3)} ± ${row.accuracyDeviation?.toFixed(3)}  ` +
      `${(100 * row.trainableShare).toFixed(2)} % trained  ${row.stepMilliseconds.toFixed(0)} ms a step`,
  );
await writeEvidence('3-table.json', {
  ...describeRun(),
  task: data.task.id,
  checkpoint,
  steps,
  liveTestExamples: data.liveTest.length,
  trainedOn: runtime.choice,
  timedOn: `Chromium, WASM, ${TIMED_ROUNDS} rounds of ${TIMED_STEPS} steps; the median of the rounds' means`,
  rows,
});
process.exit(0);

async function train(recipe: Recipe): Promise<Cell> {
  const { artifact, after, counts, trace } = await runRecipe({ runtime, base, ...data, recipe });
  const examples = data.liveTest;
  const { accuracy } = await evaluateArtifact({
    runtime,
    base,
    ...data,
    recipe,
    artifact,
    examples,
  });
  return {
    liveTest: accuracy,
    validation: after.accuracy,
    counts,
    lastLoss: trace.at(-1)!.loss,
  };
}

async function keptOr(recipe: Recipe, make: () => Promise<Cell>): Promise<Cell> {
  const file = join(KEPT, `${cellKey(checkpoint, recipe, data)}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Cell;
  const cell = await make();
  writeFileSync(file, JSON.stringify(cell));
  return cell;
}

/** Mean milliseconds a step, by configuration, one entry a round. */
async function stepTimes(): Promise<Map<string, number[]>> {
  const engine = await openBrowserEngine({ validationExamples: 32 });
  const found = new Map<string, number[]>();
  for (let round = 0; round < TIMED_ROUNDS; round++)
    for (const { rank, quantisation } of configurations) {
      const recipe = recipeOf(rank, quantisation, 1, TIMED_STEPS);
      const { trainingSeconds } = await engine.run(recipe, 'wasm');
      const name = nameOf(rank, quantisation);
      found.set(name, [...(found.get(name) ?? []), (1000 * trainingSeconds) / TIMED_STEPS]);
    }
  await engine.close();
  return found;
}

function nameOf(rank: number, quantisation: Quantisation): string {
  return `r=${rank} ${quantisation}`;
}
