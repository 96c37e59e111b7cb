import { beforeAll, describe, expect, it } from 'vitest';
import { generalBatches, projectModel, projectTask } from '../../../bench/lib/project-files.ts';
import { recipeKey, type Recipe } from '../engine/formats/recipe.ts';
import type { BaseModel } from '../engine/model/base-model.ts';
import { createNodeRuntime } from '../engine/runtime/node.ts';
import type { Runtime } from '../engine/runtime/runtime.ts';
import { runRecipe } from '../engine/train/trainer.ts';
import { recipeFromQuery, recipeToQuery } from '../lab/recipe-url.ts';
import { BROKEN_RECIPES } from './broken-recipes.ts';
import { claimWords, figuresOf, holds, type RunFigures } from './run-claims.ts';

/** Examples and texts that are enough to tell the claims' bounds apart. */
const VALIDATION_EXAMPLES = 200;
const GENERAL_BATCHES = 8;

let runtime: Runtime;
let base: BaseModel;
const trained = new Map<string, Promise<RunFigures>>();

beforeAll(async () => {
  runtime = await createNodeRuntime({ threads: 1 });
  base = await projectModel('nano');
});

/** Recipes that several entries share are trained once. */
function figures(recipe: Recipe): Promise<RunFigures> {
  const key = recipeKey(recipe);
  if (!trained.has(key)) trained.set(key, train(recipe));
  return trained.get(key)!;
}

async function train(recipe: Recipe): Promise<RunFigures> {
  const { task, train: examples, validation } = await projectTask(recipe.task);
  const general = (await generalBatches(base)).slice(0, GENERAL_BATCHES);
  return figuresOf(
    await runRecipe({
      runtime,
      base,
      task,
      train: examples,
      validation: validation.slice(0, VALIDATION_EXAMPLES),
      recipe,
      general,
    }),
  );
}

describe('broken recipes (A-24)', () => {
  it('are at least six, each with an id of its own', () => {
    expect(BROKEN_RECIPES.length).toBeGreaterThanOrEqual(6);
    expect(new Set(BROKEN_RECIPES.map(({ id }) => id)).size).toBe(BROKEN_RECIPES.length);
  });

  it.each(BROKEN_RECIPES)('$id opens in the lab as it is written', ({ recipe, fix }) => {
    expect(recipe).not.toEqual(fix(recipe));
    for (const written of [recipe, fix(recipe)])
      expect(recipeFromQuery(new URLSearchParams(recipeToQuery(written)))).toEqual({
        recipe: written,
        problems: [],
      });
  });

  it.each(BROKEN_RECIPES)(
    '$id fails as the lesson says, and its fix works (A-25)',
    async ({ recipe, fix, claims }) => {
      for (const [tried, expected] of [
        [recipe, claims.broken],
        [fix(recipe), claims.repaired],
      ] as const) {
        const seen = await figures(tried);
        for (const claim of expected)
          expect(holds(claim, seen), `${claimWords(claim)}, not ${seen[claim.figure]}`).toBe(true);
      }
    },
    120_000,
  );
});

describe('claims', () => {
  const run = {
    before: { step: 0, loss: 2, accuracy: 0.1 },
    after: { step: 20, loss: 0.5, accuracy: 0.8 },
    trace: Array.from({ length: 20 }, (_, index) => ({
      step: index + 1,
      loss: index < 5 ? 100 : 0.25,
      learningRate: 0.1,
      gradientNorm: 1,
    })),
    general: { before: 3, after: 3.5 },
  };

  it('are about the end of a run', () => {
    expect(figuresOf(run)).toEqual({
      accuracy: 0.8,
      loss: 0.5,
      improvement: 1.5,
      gap: 0.25,
      forgetting: 0.5,
    });
  });

  it('do not hold of figures that a run does not have', () => {
    const untrained = figuresOf({ ...run, trace: [], general: null });
    for (const figure of ['gap', 'forgetting'] as const)
      for (const at of ['least', 'most'] as const)
        expect(holds({ figure, at, value: 0 }, untrained)).toBe(false);
  });

  it('read as a phrase', () => {
    expect(claimWords({ figure: 'accuracy', at: 'most', value: 0.2 })).toBe(
      'validation accuracy at most 0.2',
    );
    expect(claimWords({ figure: 'improvement', at: 'most', value: -0.4 })).toBe(
      'fall of the validation loss at most −0.4 nats',
    );
  });
});
