/** The base models and tasks that ship with this server, as far as rules need them: shapes and label sets. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Task } from '../src/lib/engine/data/task.ts';
import { BaseIdSchema, TaskIdSchema, type Recipe } from '../src/lib/engine/formats/recipe.ts';
import { elements } from '../src/lib/engine/graph/dtype.ts';
import { exportedTrainables } from '../src/lib/engine/methods/index.ts';
import { parseLlamaConfig, type LlamaConfig } from '../src/lib/engine/model/config.ts';
import { packageRoot } from './paths.ts';
import { loadTask } from './tasks/splits.server.ts';

/** What a run of a recipe yields, known before it is seen. */
export interface Expected {
  trainable: number;
  /** Most bytes its artifact may have. */
  maxBytes: number;
}

const BYTES_PER_VALUE = 4;
/** A safetensors header names each tensor, its type, shape and place, and may carry some metadata. */
const HEADER_BYTES = 16 * 1024;
const HEADER_BYTES_PER_TENSOR = 512;

/** @returns null when no such model ships with this server */
export const findBase = lookUp(BaseIdSchema, async (id): Promise<LlamaConfig> =>
  parseLlamaConfig(
    JSON.parse(await readFile(join(packageRoot(), 'static', 'models', id, 'config.json'), 'utf8')),
  ),
);

/** @returns null when no such task ships with this server */
export const findTask = lookUp(TaskIdSchema, (id): Promise<Task> => loadTask(id));

/** @returns null when the recipe names a model or a task that this server does not have */
export async function expectedOf(recipe: Recipe): Promise<Expected | null> {
  const [config, task] = await Promise.all([findBase(recipe.base.id), findTask(recipe.task)]);
  if (!config || !task) return null;
  const trainables = exportedTrainables(config, recipe.method, task.labels.length);
  const trainable = trainables.reduce((sum, { shape }) => sum + elements(shape), 0);
  return {
    trainable,
    maxBytes:
      trainable * BYTES_PER_VALUE + HEADER_BYTES + trainables.length * HEADER_BYTES_PER_TENSOR,
  };
}

/** Reads once per id. Only a missing file means that there is none; any other failure is thrown and not kept. */
function lookUp<T>(
  schema: v.GenericSchema<unknown, string>,
  load: (id: string) => Promise<T>,
): (id: string) => Promise<T | null> {
  const held = new Map<string, Promise<T>>();
  return async (id) => {
    // A checked id: it becomes part of a path.
    if (!v.is(schema, id)) return null;
    const loading = held.get(id) ?? load(id);
    held.set(id, loading);
    try {
      return await loading;
    } catch (error) {
      held.delete(id);
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  };
}
