/** Scores artifacts with the engine on onnxruntime-node, and keeps what jobs share in memory. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseExamples, type Example, type Task } from '../../src/lib/engine/data/task.ts';
import { ArtifactError } from '../../src/lib/engine/formats/artifact.ts';
import { parseRecipe, RecipeError } from '../../src/lib/engine/formats/recipe.ts';
import { loadBaseModel, type BaseModel } from '../../src/lib/engine/model/base-model.ts';
import { createNodeRuntime } from '../../src/lib/engine/runtime/node.ts';
import { countRecipe, totalBytes } from '../../src/lib/engine/train/count.ts';
import { evaluateArtifact } from '../../src/lib/engine/train/evaluate.ts';
import { packageRoot } from '../paths.ts';
import { loadPrivateSplits, loadTask, publicFile } from '../tasks/splits.server.ts';
import type { EvaluationJob, EvaluationOutcome } from './evaluator.ts';

interface Examination {
  task: Task;
  /** The public training split. */
  train: Example[];
  /** The live-test split. */
  examples: Example[];
}

export async function createScorer(
  secret: Uint8Array,
  threads: number,
): Promise<(job: EvaluationJob) => Promise<EvaluationOutcome>> {
  const runtime = await createNodeRuntime({ threads });
  const baseOf = remembering((id): Promise<BaseModel> =>
    loadBaseModel(id, (path) => readFile(join(packageRoot(), 'static', 'models', id, path))),
  );
  const examinationOf = remembering(async (id): Promise<Examination> => {
    const task = await loadTask(id);
    const train = parseExamples(await readFile(publicFile(id, 'train.jsonl'), 'utf8'), task);
    return { task, train, examples: (await loadPrivateSplits(task, secret)).liveTest };
  });

  return async ({ recipe: stored, artifact }) => {
    try {
      // A row may be older than some of the recipe's fields.
      const recipe = parseRecipe(stored);
      const base = await baseOf(recipe.base.id);
      const { task, train, examples } = await examinationOf(recipe.task);
      const { accuracy, loss, trainable, artifactBytes } = await evaluateArtifact({
        runtime,
        base,
        task,
        recipe,
        artifact,
        examples,
        train,
      });
      return {
        kind: 'scored',
        accuracy,
        loss,
        trainable,
        artifactBytes,
        memory: totalBytes(countRecipe(base.config, recipe, task.labels.length).memory),
        examples: examples.length,
      };
    } catch (error) {
      if (error instanceof ArtifactError || error instanceof RecipeError)
        return { kind: 'rejected', reason: error.message };
      throw error;
    }
  };
}

/** Loads once per id; a failed load is tried again at the next job. */
function remembering<T>(load: (id: string) => Promise<T>): (id: string) => Promise<T> {
  const held = new Map<string, Promise<T>>();
  return (id) => {
    const known = held.get(id);
    if (known) return known;
    const loading = load(id);
    held.set(id, loading);
    loading.catch(() => held.delete(id));
    return loading;
  };
}
