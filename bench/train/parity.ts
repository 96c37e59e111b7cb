/**
 * The same numbers everywhere: the base model's logits beside those that Python transformers computed (the fixture
 * of scripts/fixtures/transformers_logits.py), and the losses of a run's first steps in Chromium on WASM and on
 * WebGPU (a software adapter where there is no GPU) beside onnxruntime-node's, for every method.
 *
 *   npm run evidence:parity
 *
 * Writes docs/evidence/4-parity.json with the largest differences.
 */
import { readFile } from 'node:fs/promises';
import { createNodeRuntime } from '../../src/lib/engine/runtime/node.ts';
import { buildLogits } from '../../src/lib/engine/train/language-model.ts';
import type { RunResult } from '../../src/lib/engine/train/events.ts';
import { runRecipe } from '../../src/lib/engine/train/trainer.ts';
import { describeRun, writeEvidence } from '../../scripts/lib/evidence.mjs';
import { openBrowserEngine, SOFTWARE_WEBGPU } from '../lib/browser-engine.ts';
import { projectModel, projectTask } from '../lib/project-files.ts';
import { RECIPES } from './parity-recipes.ts';

/** Largest differences allowed: of logits, and of losses in nats. */
const TOLERANCE = { transformers: 1e-4, backends: 1e-4 };
const VALIDATION = 32;
const engine = await openBrowserEngine({ args: SOFTWARE_WEBGPU, validationExamples: VALIDATION });
const runtime = await createNodeRuntime({ threads: 2 });
const base = await projectModel('nano');
const data = await projectTask('definition-domain');
const rows = [];
for (const [name, recipe] of Object.entries(RECIPES)) {
  const validation = data.validation.slice(0, VALIDATION);
  const node = await runRecipe({ runtime, base, ...data, validation, recipe });
  const reference = lossesOf(node);
  const samples: Record<string, { losses: number[]; backend: string; largestDifference: number }> =
    { node: { losses: reference, backend: node.choice.reason, largestDifference: 0 } };
  for (const backend of ['wasm', 'webgpu'] as const) {
    const result = await engine.run(recipe, backend);
    const { choice } = result;
    if (choice.backend !== backend) throw new Error(`${backend} was not there: ${choice.reason}`);
    const losses = lossesOf(result);
    const largestDifference = Math.max(...losses.map((loss, i) => Math.abs(loss - reference[i]!)));
    samples[backend] = { losses, backend: choice.reason, largestDifference };
    console.log(`${name.padEnd(28)} ${backend.padEnd(6)} ${largestDifference.toExponential(2)}`);
  }
  rows.push({ name, recipe, samples });
}
const transformers = await compareWithTransformers();
console.log(`transformers: ${transformers.largestDifference.toExponential(2)}`);
await writeEvidence('4-parity.json', {
  ...describeRun({ chromium: engine.chromium }),
  tolerance: TOLERANCE,
  transformers,
  rows,
});
await engine.close();
const worst = Math.max(
  ...rows.flatMap(({ samples }) => Object.values(samples).map((s) => s.largestDifference)),
);
const within =
  worst <= TOLERANCE.backends && transformers.largestDifference <= TOLERANCE.transformers;
console.log(within ? 'within the tolerance' : 'OUTSIDE the tolerance');
process.exit(within ? 0 : 1);

/** Of every step, and of the validation after the last, which alone there is where nothing is trained. */
function lossesOf({ trace, after }: Pick<RunResult, 'trace' | 'after'>): number[] {
  return [...trace.map(({ loss }) => loss), after.loss];
}

/** The last token's logits of each text of the fixture, on Node. */
async function compareWithTransformers() {
  const fixture = JSON.parse(
    await readFile('tests/fixtures/transformers/nano-logits.json', 'utf8'),
  ) as {
    torch: string;
    transformers: string;
    cases: { text: string; ids: number[]; lastLogits: number[] }[];
  };
  const cases = [];
  for (const { text, ids, lastLogits } of fixture.cases) {
    const session = await runtime.createSession(
      buildLogits(base.config, base.weights, { batch: 1, length: ids.length }),
    );
    const outputs = await session.run({ ids: { data: Int32Array.from(ids), shape: [ids.length] } });
    const last = (await outputs.logits!.read()).slice(-base.config.vocabSize);
    await session.release();
    const differences = lastLogits.map((logit, i) => Math.abs(logit - last[i]!));
    cases.push({ text, tokens: ids.length, largestDifference: Math.max(...differences) });
  }
  return {
    versions: { torch: fixture.torch, transformers: fixture.transformers },
    cases,
    largestDifference: Math.max(...cases.map((c) => c.largestDifference)),
  };
}
