/** The public files a run needs: the facts the lab counts from. */
import * as v from 'valibot';
import { parseLlamaConfig, type LlamaConfig } from '../engine/model/config.ts';

export interface LabFacts {
  config: LlamaConfig;
  task: { title: string; description: string; labels: string[] };
}

const TaskFactsSchema = v.object({
  title: v.string(),
  description: v.string(),
  labels: v.pipe(v.array(v.string()), v.minLength(2)),
});

/** Models and tasks are described together, so facts are kept by both. */
export const factsKey = (base: string, task: string): string => `${base} ${task}`;

type Fetch = typeof globalThis.fetch;

async function readJson(path: string, fetch: Fetch): Promise<unknown> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

/** @throws when a file is missing or is not what it should be */
export async function loadFacts(base: string, task: string, fetch: Fetch): Promise<LabFacts> {
  const [config, facts] = await Promise.all([
    readJson(`/models/${base}/config.json`, fetch),
    readJson(`/tasks/${task}/task.json`, fetch),
  ]);
  return { config: parseLlamaConfig(config), task: v.parse(TaskFactsSchema, facts) };
}
