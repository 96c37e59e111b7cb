/**
 * Every method on every task with `nano`, one data order, three seeds and one budget of steps: live-test accuracy
 * relative to full fine-tuning, trained share, counted memory, step time, forgetting. Beside them the figures
 * that the course and the papers claim.
 *
 *   npm run evidence:methods [-- --steps 300] [--seeds 3] [--rounds 3] [--threads 2] [--train-only]
 *
 * Resumable: each finished cell is kept in .rankroom/methods under the recipe, the checkpoint and the task's text,
 * and the same command goes on with those that are missing. After a change to what the engine computes the folder
 * must be emptied. Runs train on onnxruntime-node, whose losses equal
 * those of the browser to rounding; step times are taken apart, in Chromium on WASM, in rounds over all methods so
 * that a busy moment falls on all of them. Writes docs/evidence/4-methods.json, the raw samples, and
 * src/lib/measurements/methods.json, which the product shows.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { SHIPPED_TASKS } from '../../src/lib/engine/data/shipped-tasks.ts';
import type { Recipe } from '../../src/lib/engine/formats/recipe.ts';
import { createNodeRuntime } from '../../src/lib/engine/runtime/node.ts';
import { totalBytes } from '../../src/lib/engine/train/count.ts';
import { evaluateArtifact } from '../../src/lib/engine/train/evaluate.ts';
import type { Counts } from '../../src/lib/engine/train/events.ts';
import { runRecipe } from '../../src/lib/engine/train/trainer.ts';
import type { MethodRow, MethodsReport, TaskRow } from '../../src/lib/measurements/report.ts';
import { describeRun, writeEvidence } from '../../scripts/lib/evidence.mjs';
import { openBrowserEngine } from '../lib/browser-engine.ts';
import { cellKey, hashOf } from '../lib/cell-key.ts';
import { generalBatches, projectModel, projectTask } from '../lib/project-files.ts';
import { judgeClaims } from './claims.ts';
import { CONFIGURATIONS, isSeeded, recipeOf, type Configuration } from './configurations.ts';
import { deviation, mean, median } from '../lib/statistics.ts';

const { values: options } = parseArgs({
  options: {
    steps: { type: 'string', default: '300' },
    threads: { type: 'string', default: '2' },
    seeds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    'train-only': { type: 'boolean', default: false },
  },
});
const steps = Number(options.steps);

const SEEDS = Array.from({ length: Number(options.seeds) }, (_, index) => index + 1);
const KEPT = '.rankroom/methods';
const SHOWN = 'src/lib/measurements/methods.json';
/** Steps timed of each configuration in each round. */
const TIMED_STEPS = 30;
const TIMED_ROUNDS = Number(options.rounds);
const TIMED_TASK = 'definition-domain';

interface Cell {
  liveTest: number;
  validation: number;
  untuned: number;
  counts: Counts;
  general: { before: number; after: number };
}

const runtime = await createNodeRuntime({ threads: Number(options.threads) });
const base = await projectModel('nano');
const general = await generalBatches(base);
const checkpoint = hashOf(readFileSync('static/models/nano/model.safetensors'));
mkdirSync(KEPT, { recursive: true });

const tasks = await Promise.all(SHIPPED_TASKS.map(async ({ id }) => projectTask(id)));
const cells = new Map<string, Cell[]>();
// Seeds outermost: a table cut short has every configuration on every task.
for (const seed of SEEDS)
  for (const data of tasks)
    for (const configuration of CONFIGURATIONS) {
      if (seed > 1 && !isSeeded(configuration)) continue;
      const recipe = recipeOf(configuration, data.task, seed, steps);
      const cell = await keptOr(recipe, data, () => train(recipe, data));
      const key = `${configuration.id} ${data.task.id}`;
      cells.set(key, [...(cells.get(key) ?? []), cell]);
      console.log(
        `seed ${seed}  ${data.task.id.padEnd(18)} ${configuration.label.padEnd(36)} live-test ${cell.liveTest.toFixed(3)}` +
          `  general ${cell.general.before.toFixed(2)} → ${cell.general.after.toFixed(2)}`,
      );
    }
if (options['train-only']) process.exit(0);
const times = await stepTimes();

const rows: MethodRow[] = CONFIGURATIONS.map((configuration) => {
  const { counts } = cells.get(`${configuration.id} ${TIMED_TASK}`)![0]!;
  const reference = cells.get(`full ${TIMED_TASK}`)![0]!.counts;
  const timed = times.get(configuration.id);
  return {
    id: configuration.id,
    label: configuration.label,
    method: configuration.method.kind,
    recipe: recipeOf(configuration, { id: TIMED_TASK }, SEEDS[0]!, steps),
    trainable: counts.trainable,
    kept: counts.kept,
    trainableShare: counts.trainable / counts.total,
    keptShare: counts.kept / (counts.total - counts.trainable + counts.kept),
    bytes: totalBytes(counts.memory),
    bytesRelative: totalBytes(counts.memory) / totalBytes(reference.memory),
    memory: counts.memory,
    multiplicationsRelative: counts.multiplications / reference.multiplications,
    stepMilliseconds: timed ? median(timed) : null,
    tasks: tasks.map(({ task }) => taskRow(configuration, task.id)),
  };
});

const about = {
  ...describeRun(),
  base: 'nano',
  checkpoint,
  steps,
  seeds: SEEDS,
  trainedOn: runtime.choice,
  timedOn: `Chromium, WASM, ${TIMED_TASK}, ${TIMED_ROUNDS} rounds of ${TIMED_STEPS} steps; the median of the rounds' means`,
  tasks: tasks.map(({ task, train: examples, liveTest }) => ({
    id: task.id,
    title: task.title,
    labels: task.labels.length,
    majority: majorityShare(liveTest.map(({ label }) => label)),
    trainingExamples: examples.length,
    liveTestExamples: liveTest.length,
    sequenceLength: task.sequenceLength ?? null,
  })),
};
const report: MethodsReport = { ...about, rows, claims: judgeClaims(rows) };
mkdirSync(dirname(SHOWN), { recursive: true });
writeFileSync(SHOWN, JSON.stringify(report, null, 2) + '\n');
await writeEvidence('4-methods.json', {
  ...report,
  samples: {
    cells: Object.fromEntries(
      [...cells].map(([key, seeds]) => [key, seeds.map(({ counts: _counts, ...rest }) => rest)]),
    ),
    milliseconds: Object.fromEntries(times),
  },
});
for (const { label, bytesRelative, tasks: own } of rows)
  console.log(
    `${label.padEnd(36)} ${own.map((t) => (100 * t.relative).toFixed(1).padStart(6)).join(' ')} % of full  ${(100 * bytesRelative).toFixed(0)} % of its bytes`,
  );
process.exit(0);

function taskRow({ id }: Configuration, task: string): TaskRow {
  const own = cells.get(`${id} ${task}`)!;
  const accuracies = own.map(({ liveTest }) => liveTest);
  const full = mean(cells.get(`full ${task}`)!.map(({ liveTest }) => liveTest));
  const forgotten = own.map(({ general: { before, after } }) => after - before);
  return {
    task,
    accuracy: mean(accuracies),
    accuracyDeviation: deviation(accuracies),
    relative: mean(accuracies) / full,
    forgetting: mean(forgotten),
    forgettingDeviation: deviation(forgotten),
    generalBefore: mean(own.map((cell) => cell.general.before)),
  };
}

async function train(recipe: Recipe, data: (typeof tasks)[number]): Promise<Cell> {
  const result = await runRecipe({ runtime, base, ...data, recipe, general });
  const { accuracy } = await evaluateArtifact({
    runtime,
    base,
    ...data,
    recipe,
    artifact: result.artifact,
    examples: data.liveTest,
  });
  return {
    liveTest: accuracy,
    validation: result.after.accuracy,
    untuned: result.before.accuracy,
    counts: result.counts,
    general: result.general!,
  };
}

async function keptOr(
  recipe: Recipe,
  data: (typeof tasks)[number],
  make: () => Promise<Cell>,
): Promise<Cell> {
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
    for (const configuration of CONFIGURATIONS) {
      if (configuration.method.kind === 'prompting') continue;
      const recipe = recipeOf(configuration, { id: TIMED_TASK }, 1, TIMED_STEPS);
      const { trainingSeconds } = await engine.run(recipe, 'wasm');
      const milliseconds = (1000 * trainingSeconds) / TIMED_STEPS;
      found.set(configuration.id, [...(found.get(configuration.id) ?? []), milliseconds]);
    }
  await engine.close();
  return found;
}

function majorityShare(labels: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Math.max(...counts.values()) / labels.length;
}
