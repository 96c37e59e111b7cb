import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseExamples, parseTask } from '../data/task.ts';
import { loadBaseModel } from '../model/base-model.ts';
import { createNodeRuntime } from '../runtime/node.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { largestRelative, trace, TRAJECTORIES, type Trajectory } from '../testing/trajectories.ts';

/** Both sides round to float32 at every operation. The largest difference seen is 8e-6 of a loss, 3e-5 of a norm. */
const TOLERANCE = 1e-4;
const TASK = 'static/tasks/definition-domain';
const text = (path: string) => readFileSync(path, 'utf8');
const base = await loadBaseModel('nano', async (file) =>
  readFileSync(`static/models/nano/${file}`),
);
const task = parseTask(JSON.parse(text(`${TASK}/task.json`)));
const data = {
  task,
  train: parseExamples(text(`${TASK}/train.jsonl`), task),
  validation: parseExamples(text(`${TASK}/validation.jsonl`), task),
};

describe('E-9: fifty steps of the default recipe have the losses that PyTorch computes', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createNodeRuntime({ threads: 1 });
  });

  it.each(Object.entries(TRAJECTORIES))(
    '%s',
    async (name, recipe) => {
      const reference = JSON.parse(text(`tests/fixtures/trajectories/${name}.json`)) as Trajectory;
      // A default that changed asks for a new reference.
      expect(reference.recipe).toEqual(recipe);
      const ours = await trace(runtime, base, data, recipe);
      expect(largestRelative(ours.losses, reference.losses)).toBeLessThan(TOLERANCE);
      expect(largestRelative(ours.gradientNorms, reference.gradientNorms)).toBeLessThan(TOLERANCE);
    },
    180_000,
  );
});
