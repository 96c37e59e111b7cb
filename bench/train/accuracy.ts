/**
 * What fine-tuning and pretraining buy on `definition-domain`, trained in Chromium on WASM by the product's worker
 * and scored on the live-test split by the verifier's evaluation.
 *
 *   npm run evidence:accuracy [-- --steps 600]
 *
 * Writes docs/evidence/3-accuracy.json and prints the table.
 */
import { parseArgs } from 'node:util';
import { defaultRecipe, type Method, type Recipe } from '../../src/lib/engine/formats/recipe.ts';
import { createNodeRuntime } from '../../src/lib/engine/runtime/node.ts';
import { evaluateArtifact } from '../../src/lib/engine/train/evaluate.ts';
import { describeRun, writeEvidence } from '../../scripts/lib/evidence.mjs';
import { openBrowserEngine } from '../lib/browser-engine.ts';
import { projectModel, projectTask } from '../lib/project-files.ts';
import { mean } from '../lib/statistics.ts';

const { values: options } = parseArgs({ options: { steps: { type: 'string', default: '600' } } });
const steps = Number(options.steps);

/** From random weights one seed is enough: the gap is many times the spread. */
const SEEDS = [1, 2, 3];
const METHODS: { name: string; kind: Method['kind']; rank?: number }[] = [
  { name: 'head only', kind: 'head' },
  { name: 'LoRA r=1', kind: 'lora', rank: 1 },
  { name: 'LoRA r=8', kind: 'lora', rank: 8 },
  { name: 'full', kind: 'full' },
];

function recipeOf(
  method: (typeof METHODS)[number],
  weights: Recipe['base']['weights'],
  seed: number,
): Recipe {
  const recipe = { ...defaultRecipe(method.kind), base: { id: 'nano', weights }, steps, seed };
  if (recipe.method.kind === 'lora' && method.rank)
    recipe.method = { ...recipe.method, rank: method.rank, alpha: 2 * method.rank };
  return recipe;
}

const engine = await openBrowserEngine();
const runtime = await createNodeRuntime({ threads: 2 });
const base = await projectModel('nano');
const { task, train, liveTest } = await projectTask('definition-domain');
const rows: Awaited<ReturnType<typeof measure>>[] = [];
for (const [weights, seeds] of [
  ['pretrained', SEEDS],
  ['random', SEEDS.slice(0, 1)],
] as const)
  for (const method of METHODS)
    for (const seed of seeds) rows.push(await measure(method, weights, seed));

const summary = METHODS.map(({ name }) => {
  const own = rows.filter((row) => row.method === name && row.weights === 'pretrained');
  return {
    method: name,
    liveTest: mean(own.map((row) => row.liveTest)),
    trainingSeconds: mean(own.map((row) => row.trainingSeconds)),
  };
});
const goals = judge();
for (const goal of goals) console.log(`${goal.reached ? 'reached' : 'NOT reached'}: ${goal.text}`);
await writeEvidence('3-accuracy.json', {
  ...describeRun({ chromium: engine.chromium }),
  task: task.id,
  chance: 1 / task.labels.length,
  liveTestExamples: liveTest.length,
  steps,
  summary,
  goals,
  rows,
});
await engine.close();
process.exit(0);

async function measure(
  method: (typeof METHODS)[number],
  weights: Recipe['base']['weights'],
  seed: number,
) {
  const recipe = recipeOf(method, weights, seed);
  const result = await engine.run(recipe, 'wasm');
  const { artifact } = result;
  const evaluation = await evaluateArtifact({
    runtime,
    base,
    task,
    recipe,
    artifact,
    examples: liveTest,
    train,
  });
  const row = {
    method: method.name,
    weights,
    seed,
    backend: result.choice,
    trainable: evaluation.trainable,
    validationBefore: result.before.accuracy,
    validationAfter: result.after.accuracy,
    liveTest: evaluation.accuracy,
    trainingSeconds: result.trainingSeconds,
    secondsPerStep: result.trainingSeconds / result.trace.length,
    recipe,
    losses: result.trace.map(({ loss }) => Math.round(loss * 1e4) / 1e4),
  };
  console.log(
    `${weights.padEnd(10)} ${method.name.padEnd(10)} seed ${seed}  ${String(row.trainable).padStart(9)} trainable  ` +
      `untuned ${row.validationBefore.toFixed(3)}  validation ${row.validationAfter.toFixed(3)}  ` +
      `live-test ${row.liveTest.toFixed(3)}  ${row.trainingSeconds.toFixed(1)} s`,
  );
  return row;
}

/** What the project set itself: means over the seeds, time that of the slowest. */
function judge() {
  const of = (name: string) => summary.find(({ method }) => method === name)!;
  const full = of('full');
  const seconds = Math.max(
    ...rows
      .filter((row) => row.method === 'LoRA r=8' && row.weights === 'pretrained')
      .map((row) => row.trainingSeconds),
  );
  const share = (name: string) => of(name).liveTest / full.liveTest;
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  return [
    {
      text: `full fine-tuning is at least 0.85: ${full.liveTest.toFixed(3)}`,
      reached: full.liveTest >= 0.85,
    },
    {
      text: `LoRA r=8 is at least 97 % of full within 90 s of training: ${percent(share('LoRA r=8'))} in ${seconds.toFixed(0)} s`,
      reached: share('LoRA r=8') >= 0.97 && seconds <= 90,
    },
    {
      text: `LoRA r=1 is at least 90 % of full: ${percent(share('LoRA r=1'))}`,
      reached: share('LoRA r=1') >= 0.9,
    },
  ];
}
