/**
 * `npm run record:spectra`: trains `nano` with full fine-tuning and with LoRA of several ranks, on a task near its
 * pretraining and on one far from it, with the engine on onnxruntime-node, and writes what the LoRA lab shows before
 * anybody has trained: static/lora-lab/spectra.json, the singular values of each ΔW. Beside it, what each format does to
 * each matrix of each base: static/lora-lab/quantisation-<base>.json; `-- formats` records these alone, which takes seconds
 * where the training takes some minutes on two idle cores.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectModel, projectTask } from '../bench/lib/project-files.ts';
import {
  defaultRecipe,
  LINEAR_MODULES,
  QUANTISATIONS,
  type Recipe,
} from '../src/lib/engine/formats/recipe.ts';
import { commonSpan, quantisationReport } from '../src/lib/engine/inspect/quantisation.ts';
import { spectrumOf } from '../src/lib/engine/inspect/spectrum.ts';
import { moduleUpdate } from '../src/lib/engine/inspect/update.ts';
import type { BaseModel } from '../src/lib/engine/model/base-model.ts';
import { linearPath, linearShape } from '../src/lib/engine/model/config.ts';
import { createNodeRuntime } from '../src/lib/engine/runtime/node.ts';
import { runRecipe } from '../src/lib/engine/train/trainer.ts';
import {
  quantisationPath,
  RECORDED_BASE,
  short,
  shortReport,
  SPECTRA_PATH,
  type RecordedQuantisation,
  type RecordedRun,
} from '../src/lib/instruments/lora-and-quantisation-lab/recorded.ts';
import { BASES } from '../src/lib/lab/bases.ts';
import { withRank, withTask } from '../src/lib/lab/recipe-edit.ts';
import { thin } from '../src/lib/lab/plot.ts';
import { root } from './lib/paths.mjs';

const TASKS = ['definition-domain', 'ciphered-domain'];
const RANKS = [1, 2, 4, 8, 16, 32, 64];
const LOSSES = 100;

const formats = QUANTISATIONS.filter((format) => format !== 'fp32');
const runtime = await createNodeRuntime({ threads: 2 });
await mkdir(join(root, 'static/lora-lab'), { recursive: true });

for (const { id } of BASES) {
  const base = await projectModel(id);
  const recorded: RecordedQuantisation = {};
  for (const { name, layer, module } of modulesOf(base)) {
    const { data } = base.weights.get(name)!;
    const shape = linearShape(base.config, module);
    const span = commonSpan(formats, data, shape);
    const reports = formats.map((format) =>
      shortReport(quantisationReport(format, data, shape, span)),
    );
    recorded[name] = { span, reports };
    if (layer === 0)
      console.log(
        module,
        reports.map(({ format, relative }) => `${format} ${relative}`).join(', '),
      );
  }
  await write(quantisationPath(id), recorded);
}

const base = await projectModel(RECORDED_BASE);
if (!process.argv.includes('formats')) {
  const runs: RecordedRun[] = [];
  for (const id of TASKS) {
    const files = await projectTask(id);
    for (const recipe of recipesOf(files.task)) runs.push(await record(recipe, files));
  }
  await write(SPECTRA_PATH, { runs });
}

function recipesOf(task: { id: string; sequenceLength?: number | undefined }): Recipe[] {
  const { id, sequenceLength } = task;
  const of = (recipe: Recipe) =>
    withTask(recipe, sequenceLength === undefined ? { id } : { id, sequenceLength });
  return [
    of(defaultRecipe('full')),
    ...RANKS.map((rank) => of(withRank(defaultRecipe('lora'), rank))),
  ];
}

async function record(
  recipe: Recipe,
  files: Awaited<ReturnType<typeof projectTask>>,
): Promise<RecordedRun> {
  const { task, train, validation } = files;
  const labels = task.labels.length;
  const result = await runRecipe({ runtime, base, task, train, validation, recipe });
  const spectra = Object.fromEntries(
    modulesOf(base).map(({ name, layer, module }) => {
      const update = moduleUpdate(base, recipe, result.artifact, labels, layer, module);
      const { values, rank } = spectrumOf(update);
      return [name, Array.from(values.slice(0, rank), short)];
    }),
  );
  const rank = recipe.method.kind === 'lora' ? `r=${recipe.method.rank}` : '';
  console.log(
    `${recipe.task} ${recipe.method.kind} ${rank}: ${result.after.accuracy.toFixed(3)},`,
    `${spectra['model.layers.0.self_attn.q_proj.weight']!.length} values in q of block 0`,
  );
  const points = result.trace.map(({ step, loss }) => ({ x: step, y: loss }));
  return {
    recipe,
    losses: thin(points, LOSSES).map(({ x, y }) => ({ step: Math.round(x), loss: short(y) })),
    validations: result.validations.map(({ step, loss, accuracy }) => ({
      step,
      loss: short(loss),
      accuracy: short(accuracy),
    })),
    spectra,
  };
}

function modulesOf({ config }: BaseModel) {
  return Array.from({ length: config.layers }, (_, layer) =>
    LINEAR_MODULES.map((module) => ({
      layer,
      module,
      name: `${linearPath(layer, module)}.weight`,
    })),
  ).flat();
}

async function write(path: string, value: unknown): Promise<void> {
  const text = `${JSON.stringify(value)}\n`;
  await writeFile(join(root, 'static', path), text);
  console.log(`static${path}: ${text.length} bytes`);
}
