/** A real, short run of the engine in Node on the shipped model and a shipped task; of the head alone, if not told otherwise. */
import { projectModel, projectTask } from '../../bench/lib/project-files.ts';
import { defaultRecipe, type Recipe } from '../../src/lib/engine/formats/recipe.ts';
import { createNodeRuntime } from '../../src/lib/engine/runtime/node.ts';
import { runRecipe } from '../../src/lib/engine/train/trainer.ts';
import type { Report } from '../../src/lib/live/protocol.ts';
import type { Sent } from './person.ts';

const STEPS = 20;
/** Enough to report an accuracy; the server measures its own. */
const VALIDATION_EXAMPLES = 96;

export type HonestRun = Pick<Sent, 'recipe' | 'report' | 'artifact'>;

export async function honestRun(
  id = 'definition-domain',
  { kind = 'head', steps = STEPS }: { kind?: Recipe['method']['kind']; steps?: number } = {},
): Promise<HonestRun> {
  const base = await projectModel('nano');
  const { task, train, validation } = await projectTask(id);
  const defaults = defaultRecipe(kind);
  const recipe = {
    ...defaults,
    task: id,
    steps,
    optimiser: { ...defaults.optimiser, warmupSteps: 2 },
  };
  const result = await runRecipe({
    runtime: await createNodeRuntime({ threads: 1 }),
    base,
    task,
    train,
    validation: validation.slice(0, VALIDATION_EXAMPLES),
    recipe,
  });
  const report: Report = {
    accuracy: result.after.accuracy,
    trainingSeconds: result.trainingSeconds,
    backend: 'node',
  };
  return { recipe, report, artifact: result.artifact };
}
