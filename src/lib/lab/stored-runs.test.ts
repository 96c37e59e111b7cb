import { describe, expect, it } from 'vitest';
import { defaultRecipe, type Recipe } from '../engine/formats/recipe.ts';
import { tinyCounts } from '../engine/testing/tiny.ts';
import { formatForgetting } from './forgetting.ts';
import { nameByDifference } from './recipe-name.ts';
import { recipeFromQuery, recipeToQuery } from './recipe-url.ts';
import {
  readStoredRun,
  readStoredUnfinished,
  type StoredRun,
  type StoredUnfinished,
} from './stored-runs.ts';

/** A recipe as it was stored before recipes had accumulation, checkpointing and LoRA's variants. */
const OLD_RECIPE = {
  version: 1,
  base: { id: 'nano', weights: 'pretrained' },
  task: 'definition-domain',
  method: { kind: 'lora', rank: 4, alpha: 8, targets: ['q_proj', 'v_proj'] },
  quantisation: 'int8',
  optimiser: {
    kind: 'adamw',
    learningRate: 0.003,
    warmupSteps: 20,
    finalFraction: 0.05,
    weightDecay: 0.01,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    clipNorm: 1,
  },
  batchSize: 16,
  sequenceLength: 32,
  steps: 80,
  seed: 1,
};
const READ: Recipe = {
  ...defaultRecipe('lora'),
  method: {
    kind: 'lora',
    rank: 4,
    alpha: 8,
    targets: ['q_proj', 'v_proj'],
    dropout: 0,
    scaling: 'standard',
    dora: false,
    plusRatio: 1,
  },
  quantisation: 'int8',
  steps: 80,
};

const { kept: _kept, ...OLD_COUNTS } = tinyCounts();
const validation = { step: 0, loss: 2, accuracy: 0.5 };
const oldRun = (recipe: unknown = OLD_RECIPE): StoredRun => ({
  id: 'a',
  code: 'lab',
  finishedAt: 1,
  result: {
    recipe,
    choice: { backend: 'wasm', threads: 2, reason: '' },
    counts: OLD_COUNTS,
    trace: [],
    validations: [validation],
    before: validation,
    after: validation,
    trainingSeconds: 1,
    stopped: false,
    artifact: new Uint8Array(),
  },
});

describe('runs that an older version stored (L-20)', () => {
  it('have every knob, at the value that stands for what they did', () => {
    const [run] = readStoredRun(oldRun());
    expect(run!.result.recipe).toEqual(READ);
    expect(run!.result.counts.kept).toBe(OLD_COUNTS.trainable);
    expect(run).toMatchObject({ id: 'a', code: 'lab', result: { general: null, answers: [] } });
    expect(formatForgetting(run!.result.general)).toBe('–');
  });

  it('open in the lab as the recipe they were, and have a name', () => {
    const { recipe } = readStoredRun(oldRun())[0]!.result;
    const query = recipeToQuery(recipe);
    expect(recipeFromQuery(new URLSearchParams(query))).toEqual({ recipe: READ, problems: [] });
    expect(nameByDifference([recipe, defaultRecipe()])).toHaveLength(2);
  });

  it('go on when they have not ended', () => {
    const run: StoredUnfinished = {
      id: 'a',
      code: 'lab',
      startedAt: 1,
      end: 'none',
      recipe: OLD_RECIPE,
    };
    expect(readStoredUnfinished(run)).toEqual([{ ...run, recipe: READ }]);
  });

  it('are left out where their recipe cannot be read', () => {
    const newer = { ...OLD_RECIPE, version: 2 };
    expect(readStoredRun(oldRun(newer))).toEqual([]);
    expect(
      readStoredUnfinished({ id: 'a', code: 'lab', startedAt: 1, end: 'none', recipe: newer }),
    ).toEqual([]);
  });

  it('stay as they are when this version stored them', () => {
    const [run] = readStoredRun(oldRun());
    const measured = { ...run!, result: { ...run!.result, general: { before: 3, after: 4 } } };
    expect(readStoredRun(measured)).toEqual([measured]);
  });
});
