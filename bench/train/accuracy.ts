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

const { values: options } = parseArgs({ options: { steps: { type: 'string', default: '600' } } });
const steps = Number(options.steps);

const METHODS: { name: string; kind: Method['kind']; rank?: number }[] = [
  { name: 'head only', kind: 'head' },
  { name: 'LoRA r=1', kind: 'lora', rank: 1 },
  { name: 'LoRA r=8', kind: 'lora', rank: 8 },
  { name: 'full', kind: 'full' },
];

function recipeOf(method: (typeof METHODS)[number], weights: Recipe['base']['weights']): Recipe {
  const recipe = { ...defaultRecipe(method.kind), base: { id: 'nano', weights }, steps };
  if (recipe.method.kind === 'lora' && method.rank)
    recipe.method = { ...recipe.method, rank: method.rank, alpha: 2 * method.rank };
  return recipe;
}

const engine = await openBrowserEngine();
const runtime = await createNodeRuntime({ threads: 2 });
const base = await projectModel('nano');
const { task, liveTest } = await projectTask('definition-domain');
const rows = [];
for (const weights of ['pretrained', 'random'] as const)
  for (const method of METHODS) {
    const recipe = recipeOf(method, weights);
    const result = await engine.run(recipe, 'wasm');
    const evaluation = await evaluateArtifact({
      runtime,
      base,
      task,
      recipe,
      artifact: result.artifact,
      examples: liveTest,
    });
    const row = {
      method: method.name,
      weights,
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
    rows.push(row);
    console.log(
      `${weights.padEnd(10)} ${method.name.padEnd(10)} ${String(row.trainable).padStart(9)} trainable  ` +
        `untuned ${row.validationBefore.toFixed(3)}  validation ${row.validationAfter.toFixed(3)}  ` +
        `live-test ${row.liveTest.toFixed(3)}  ${row.trainingSeconds.toFixed(1)} s`,
    );
  }
await writeEvidence('3-accuracy.json', {
  ...describeRun({ chromium: engine.chromium }),
  task: task.id,
  chance: 1 / task.labels.length,
  liveTestExamples: liveTest.length,
  steps,
  rows,
});
await engine.close();
process.exit(0);
