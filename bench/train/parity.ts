/**
 * One recipe on every backend: losses of the first steps in Chromium on WASM and on WebGPU (a software adapter
 * where there is no GPU), and on onnxruntime-node.
 *
 *   npm run evidence:parity
 *
 * Writes docs/evidence/2-parity.json with the largest difference of each backend from Node.
 */
import { defaultRecipe, type Recipe } from '../../src/lib/engine/formats/recipe.ts';
import { createNodeRuntime } from '../../src/lib/engine/runtime/node.ts';
import { runRecipe } from '../../src/lib/engine/train/trainer.ts';
import { describeRun, writeEvidence } from '../../scripts/lib/evidence.mjs';
import { openBrowserEngine, SOFTWARE_WEBGPU } from '../lib/browser-engine.ts';
import { projectModel, projectTask } from '../lib/project-files.ts';

/** Small, because a software adapter is slow. */
const SMALL = { steps: 8, batchSize: 2, sequenceLength: 8 };
const lora = defaultRecipe('lora');
const RECIPES: Record<string, Recipe> = {
  'LoRA fp32': { ...lora, ...SMALL },
  'LoRA int8': { ...lora, ...SMALL, quantisation: 'int8' },
  'LoRA int4': { ...lora, ...SMALL, quantisation: 'int4' },
  'head only': { ...defaultRecipe('head'), ...SMALL },
  full: { ...defaultRecipe('full'), ...SMALL },
};

const engine = await openBrowserEngine({ args: SOFTWARE_WEBGPU, validationExamples: 32 });
const runtime = await createNodeRuntime({ threads: 2 });
const base = await projectModel('nano');
const data = await projectTask('definition-domain');
const rows = [];
for (const [name, recipe] of Object.entries(RECIPES)) {
  const node = await runRecipe({ runtime, base, ...data, recipe });
  const reference = node.trace.map(({ loss }) => loss);
  const samples: Record<string, { losses: number[]; backend: string; largestDifference: number }> =
    { node: { losses: reference, backend: node.choice.reason, largestDifference: 0 } };
  for (const backend of ['wasm', 'webgpu'] as const) {
    const { trace, choice } = await engine.run(recipe, backend);
    if (choice.backend !== backend) throw new Error(`${backend} was not there: ${choice.reason}`);
    const losses = trace.map(({ loss }) => loss);
    const largestDifference = Math.max(...losses.map((loss, i) => Math.abs(loss - reference[i]!)));
    samples[backend] = { losses, backend: choice.reason, largestDifference };
    console.log(`${name.padEnd(10)} ${backend.padEnd(6)} ${largestDifference.toExponential(2)}`);
  }
  rows.push({ name, recipe, samples });
}
await writeEvidence('2-parity.json', { ...describeRun({ chromium: engine.chromium }), rows });
await engine.close();
process.exit(0);
