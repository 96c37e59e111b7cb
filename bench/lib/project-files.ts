/** The shipped model and task, read from the project's folder; and the private test split of a fixed secret. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { languageModelBatches, parseTexts } from '../../src/lib/engine/data/general-text.ts';
import { parseExamples, parseTask } from '../../src/lib/engine/data/task.ts';
import { loadBaseModel, type BaseModel } from '../../src/lib/engine/model/base-model.ts';
import { GENERAL_SHAPE } from '../../src/lib/engine/train/general-loss.ts';
import { drawPrivateSplits } from '../../server/tasks/splits.server.ts';

/** Measurements draw the test split with this secret, so that they can be repeated; deployments have their own. */
const MEASUREMENT_SECRET = new TextEncoder().encode('measurement');

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

export function projectModel(id: string) {
  return loadBaseModel(
    id,
    async (file) => new Uint8Array(await readFile(path(`static/models/${id}/${file}`))),
  );
}

/** The general English that forgetting is measured on. */
export async function generalBatches({ tokenizer, config }: BaseModel) {
  const texts = parseTexts(await readFile(path('static/text/general-english.jsonl'), 'utf8'));
  const { batch, length } = GENERAL_SHAPE;
  return [...languageModelBatches(texts, tokenizer, config, batch, length)];
}

export async function projectTask(id: string) {
  const text = (file: string) => readFile(path(file), 'utf8');
  const task = parseTask(JSON.parse(await text(`static/tasks/${id}/task.json`)));
  const examples = async (file: string) => parseExamples(await text(file), task);
  const train = await examples(`static/tasks/${id}/train.jsonl`);
  const validation = await examples(`static/tasks/${id}/validation.jsonl`);
  const pool = await examples(`server/tasks/${id}/reserved.jsonl`);
  const published = new Set([...train, ...validation].map((example) => example.text));
  const { liveTest } = drawPrivateSplits(task, pool, published, MEASUREMENT_SECRET);
  return { task, train, validation, liveTest };
}
