/** What the lab counts from and says of a recipe, before anything is trained: the model's shapes and the task. */
import { isCustomTask, type Task } from '../engine/data/task.ts';
import { shippedTask } from '../engine/data/shipped-tasks.ts';
import type { Recipe } from '../engine/formats/recipe.ts';
import { parseLlamaConfig, type LlamaConfig } from '../engine/model/config.ts';
import { DATA_ELSEWHERE, type CustomTasks } from './custom-tasks.ts';

export interface LabFacts {
  config: LlamaConfig;
  task: Task;
}

/** Models and tasks are described together, so facts are kept by both. */
export const factsKey = (base: string, task: string): string => `${base} ${task}`;

/** What makes counts those of another recipe altogether, not of one that a knob has moved a little. */
export const countsKey = ({ base, task, method }: Recipe): string =>
  `${factsKey(base.id, task)} ${method.kind}`;

/** The recipe names a task that this browser cannot have; the message is a sentence that says so. */
export class MissingTaskError extends Error {
  override name = 'MissingTaskError';
}

export async function findLabTask(id: string, own: Pick<CustomTasks, 'get'>): Promise<Task> {
  const task = isCustomTask(id) ? (await own.get(id))?.task : shippedTask(id);
  if (task) return task;
  throw new MissingTaskError(
    isCustomTask(id)
      ? DATA_ELSEWHERE
      : `There is no task called ${id.slice(0, 60)} here. Choose one of the list.`,
  );
}

/** A model's shapes. @throws when its description is missing or is not what it should be */
export async function loadConfig(
  base: string,
  fetch: typeof globalThis.fetch,
): Promise<LlamaConfig> {
  const path = `/models/${base}/config.json`;
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return parseLlamaConfig(await response.json());
}

/**
 * @throws {MissingTaskError}
 * @throws as {@link loadConfig} does
 */
export async function loadFacts(
  { base, task }: { base: string; task: string },
  own: Pick<CustomTasks, 'get'>,
  fetch: typeof globalThis.fetch,
): Promise<LabFacts> {
  const [config, found] = await Promise.all([loadConfig(base, fetch), findLabTask(task, own)]);
  return { config, task: found };
}
