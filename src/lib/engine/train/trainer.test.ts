import { beforeAll, describe, expect, it } from 'vitest';
import type { Example } from '../data/task.ts';
import { defaultMethod, LINEAR_MODULES, type Method } from '../formats/recipe.ts';
import { createNodeRuntime } from '../runtime/node.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { TINY_TASK, tinyModel, tinyRecipe } from '../testing/tiny.ts';
import { evaluateArtifact } from './evaluate.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { RunEvent } from './events.ts';
import { DivergedError, runRecipe, type RunInput } from './trainer.ts';

const WORDS =
  'apple tree ocean river under stone inner cloud early night olive bread eagle horse'.split(' ');
const EXAMPLES: Example[] = WORDS.map((text) => ({ text, label: Number(/^[aeiou]/.test(text)) }));
const METHODS: Method[] = [
  defaultMethod('full'),
  { kind: 'head' },
  { ...defaultMethod('lora'), rank: 4, alpha: 8, targets: [...LINEAR_MODULES] },
];

describe('a run', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createNodeRuntime({ threads: 1 });
  });
  const run = (
    method: Method,
    steps: number,
    more: Partial<RunInput> = {},
    learningRate = 0.01,
  ) => {
    const recipe = tinyRecipe(method, { steps });
    recipe.optimiser = { ...recipe.optimiser, learningRate, warmupSteps: 2 };
    return runRecipe({
      runtime,
      base: tinyModel(),
      task: TINY_TASK,
      train: EXAMPLES,
      validation: EXAMPLES,
      recipe,
      ...more,
    });
  };

  it.each(METHODS)('learns its training texts: $kind', async (method) => {
    const result = await run(method, 60);
    expect(result.trace).toHaveLength(60);
    expect(result.after.loss).toBeLessThan(result.before.loss);
    if (method.kind !== 'head') expect(result.after.accuracy).toBeGreaterThan(0.9);
  });

  it('answers held-out examples before and after, by the names of the labels (L-10)', async () => {
    const { answers, after } = await run(METHODS[0]!, 60);
    expect(answers.length).toBe(6);
    for (const { text, label, before, after } of answers) {
      expect(label).toBe(TINY_TASK.labels[Number(/^[aeiou]/.test(text))]);
      expect(TINY_TASK.labels).toEqual(expect.arrayContaining([before, after]));
    }
    const right = answers.filter((answer) => answer.after === answer.label).length;
    if (after.accuracy === 1) expect(right).toBe(answers.length);
    expect(right).toBeGreaterThan(
      answers.filter((answer) => answer.before === answer.label).length,
    );
  });

  it.each(METHODS)(
    'hands over an artifact that scores what the run reported: $kind',
    async (method) => {
      const result = await run(method, 12);
      const evaluation = await evaluateArtifact({
        runtime,
        base: tinyModel(),
        task: TINY_TASK,
        recipe: result.recipe,
        artifact: result.artifact,
        examples: EXAMPLES,
        train: EXAMPLES,
      });
      expect(evaluation.accuracy).toBe(result.after.accuracy);
      expect(evaluation.loss).toBeCloseTo(result.after.loss, 5);
      expect(evaluation.trainable).toBe(result.counts.trainable);
    },
  );

  it('repeats itself exactly for the same seed', async () => {
    const [one, two] = [await run(METHODS[2]!, 6), await run(METHODS[2]!, 6)];
    expect(one.trace).toEqual(two.trace);
    expect(one.artifact).toEqual(two.artifact);
  });

  it('starts LoRA at the base model: with B at zero it scores as the bare base does', async () => {
    const frozen = { ...METHODS[2]!, targets: ['q_proj'] } as Method;
    const [all, one] = [await run(METHODS[2]!, 1), await run(frozen, 1)];
    expect(all.before.loss).toBeCloseTo(one.before.loss, 6);
  });

  it('stops after the step in progress and keeps what was trained', async () => {
    const controller = new AbortController();
    const emit = (event: RunEvent) => {
      if (event.type === 'step' && event.point.step === 3) controller.abort();
    };
    const result = await run(METHODS[2]!, 50, { signal: controller.signal, emit });
    expect(result.stopped).toBe(true);
    expect(result.trace).toHaveLength(3);
    expect(result.artifact.byteLength).toBeGreaterThan(0);
  });

  it.each(METHODS)(
    'goes on from any checkpoint as if nothing had happened (K-1): $kind',
    async (method) => {
      const checkpoints: Checkpoint[] = [];
      const whole = await run(method, 17, {
        checkpoints: { everyMs: 0, save: async (made) => void checkpoints.push(made) },
      });
      expect(checkpoints.map(({ step }) => step)).toEqual(Array.from({ length: 17 }, (_, n) => n));
      for (const step of [0, 8, 16]) {
        const resumed = await run(method, 17, { resume: structuredClone(checkpoints[step]!) });
        expect(resumed.trace).toEqual(whole.trace);
        expect(resumed.validations).toEqual(whole.validations);
        expect(resumed.answers).toEqual(whole.answers);
        expect(resumed.artifact).toEqual(whole.artifact);
        expect(resumed.stopped).toBe(false);
      }
    },
  );

  it('trains only what is left, and does not evaluate the untuned model again (K-1)', async () => {
    const checkpoints: Checkpoint[] = [];
    const save = async (made: Checkpoint) => void checkpoints.push(made);
    await run(METHODS[1]!, 6, { checkpoints: { everyMs: 0, save } });
    const events: RunEvent[] = [];
    await run(METHODS[1]!, 6, { resume: checkpoints[4]!, emit: (event) => events.push(event) });
    const steps = events.flatMap((event) => (event.type === 'step' ? [event.point.step] : []));
    expect(steps).toEqual([5, 6]);
    const validated = events.flatMap((event) =>
      event.type === 'validation' ? [event.validation.step] : [],
    );
    expect(validated).toEqual([6]);
  });

  it('never stores two checkpoints at once, and none after its end (K-2)', async () => {
    let writing = 0;
    let most = 0;
    let written = 0;
    const save = async () => {
      most = Math.max(most, ++writing);
      await new Promise((resolve) => setTimeout(resolve, 15));
      writing--;
      written++;
    };
    await run(METHODS[1]!, 40, { checkpoints: { everyMs: 0, save } });
    expect(most).toBe(1);
    expect(writing).toBe(0);
    expect(written).toBeGreaterThan(0);
  });

  it('releases every session when one cannot be made', async () => {
    let open = 0;
    const failing: Runtime = {
      choice: runtime.choice,
      async createSession(...args) {
        if (open > 0) throw new Error('out of memory');
        const session = await runtime.createSession(...args);
        open++;
        return { ...session, release: async () => void open-- };
      },
    };
    await expect(run(METHODS[1]!, 2, { runtime: failing })).rejects.toThrow('out of memory');
    expect(open).toBe(0);
  });

  it('says so when the loss is no longer a number', async () => {
    const base = tinyModel();
    const weights = new Map(base.weights);
    const name = 'model.norm.weight';
    weights.set(name, { shape: [32], data: new Float32Array(32).fill(1e38) });
    await expect(run(METHODS[0]!, 5, { base: { ...base, weights } })).rejects.toThrow(
      DivergedError,
    );
  });
});
