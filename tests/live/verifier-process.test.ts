/** The real verifier process, started from source: what it measures, and what its limits do. */
import { afterEach, expect, it } from 'vitest';
import { defaultRecipe } from '../../src/lib/engine/formats/recipe.ts';
import { writeSafetensors } from '../../src/lib/engine/formats/safetensors.ts';
import { ForkedEvaluator } from '../../server/verifier/forked-evaluator.ts';
import { projectModel } from '../../bench/lib/project-files.ts';

const secret = new TextEncoder().encode('a secret of this test');
let evaluator: ForkedEvaluator;
afterEach(() => evaluator.close());

async function headJob() {
  const { config } = await projectModel('nano');
  const data = Float32Array.from({ length: 12 * config.hiddenSize }, (_, i) => Math.sin(i));
  const artifact = writeSafetensors(
    new Map([['score.weight', { shape: [12, config.hiddenSize], data }]]),
  );
  return { recipe: defaultRecipe('head'), artifact };
}

it('gives equal artifacts equal figures, in a process of its own each (V-5)', async () => {
  const job = await headJob();
  const outcomes = [];
  for (let i = 0; i < 2; i++) {
    evaluator = new ForkedEvaluator({ secret, timeout: 60_000 });
    outcomes.push(await evaluator.evaluate(job));
    await evaluator.close();
  }
  expect(outcomes[0]).toMatchObject({ kind: 'scored', examples: 600 });
  expect(outcomes[1]).toEqual(outcomes[0]);
});

it('ends a process that holds too much memory or takes too long, and reports a failure (V-8)', async () => {
  const job = await headJob();
  evaluator = new ForkedEvaluator({ secret, timeout: 60_000, maxRss: 80 * 2 ** 20 });
  await expect(evaluator.evaluate(job)).rejects.toThrow('the verifier process ended (SIGKILL)');
  await evaluator.close();
  evaluator = new ForkedEvaluator({ secret, timeout: 20 });
  await expect(evaluator.evaluate(job)).rejects.toThrow('it took longer than 0.02 seconds');
});

it('replaces a process that failed, so that the next job gets a sound one (V-7)', async () => {
  const job = await headJob();
  evaluator = new ForkedEvaluator({ secret, timeout: 60_000 });
  const unknown = { ...job.recipe, base: { ...job.recipe.base, id: 'no-such-model' } };
  await expect(evaluator.evaluate({ ...job, recipe: unknown })).rejects.toThrow('no such file');
  expect(await evaluator.evaluate(job)).toMatchObject({ kind: 'scored' });
});
