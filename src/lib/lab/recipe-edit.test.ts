import { describe, expect, it } from 'vitest';
import {
  DEFAULT_LEARNING_RATE,
  defaultMethod,
  defaultOptimiser,
  defaultRecipe,
  METHOD_KINDS,
  OPTIMISER_KINDS,
  parseRecipe,
  type Recipe,
} from '../engine/formats/recipe.ts';
import { shippedTask } from '../engine/data/shipped-tasks.ts';
import { challengeViolations, defaultChallenge } from '../live/challenge.ts';
import { assertFits } from '../engine/train/fit.ts';
import { tinyModel } from '../engine/testing/tiny.ts';
import {
  defaultRate,
  fitToChallenge,
  fitToModel,
  limitsOf,
  MAX_SEQUENCE,
  templateProblem,
  withMethod,
  withOptimiser,
  withPromptRoom,
  withRank,
  withTask,
} from './recipe-edit.ts';

describe('withMethod', () => {
  it("takes the new method's learning rate while the old default stands", () => {
    expect(withMethod(defaultRecipe('lora'), 'head').optimiser.learningRate).toBe(3e-2);
  });

  it('keeps a learning rate the student chose', () => {
    const recipe = defaultRecipe('lora');
    const chosen = { ...recipe, optimiser: { ...recipe.optimiser, learningRate: 0.007 } };
    expect(withMethod(chosen, 'full').optimiser.learningRate).toBe(0.007);
  });

  it('takes full fine-tuning back to fp32, which the schema demands', () => {
    const full = withMethod({ ...defaultRecipe('lora'), quantisation: 'int4' }, 'full');
    expect(() => parseRecipe(full)).not.toThrow();
  });
});

describe('withOptimiser', () => {
  it('takes the rate that method and optimiser start from, and keeps a chosen one (L-17)', () => {
    const sgd = withOptimiser(defaultRecipe('lora'), 'sgd');
    expect(sgd.optimiser).toEqual(defaultOptimiser('sgd', DEFAULT_LEARNING_RATE.lora));
    expect(sgd.optimiser.learningRate).toBe(defaultRate(sgd));
    expect(sgd.optimiser.learningRate).toBeGreaterThan(DEFAULT_LEARNING_RATE.lora);
    expect(withMethod(sgd, 'head').optimiser).toEqual(
      defaultOptimiser('sgd', DEFAULT_LEARNING_RATE.head),
    );
    expect(withOptimiser(sgd, 'adamw')).toEqual(defaultRecipe('lora'));
    const chosen = { ...sgd, optimiser: { ...sgd.optimiser, learningRate: 0.05 } };
    expect(withOptimiser(chosen, 'adamw-8bit').optimiser.learningRate).toBe(0.05);
  });

  it('yields recipes that parse', () => {
    for (const kind of OPTIMISER_KINDS)
      for (const method of METHOD_KINDS) {
        const recipe = withOptimiser(defaultRecipe(method), kind);
        expect(parseRecipe(recipe)).toEqual(recipe);
      }
  });
});

describe('withPromptRoom (L-18)', () => {
  const prompting = (shots: number) => ({
    ...defaultRecipe('prompting'),
    method: { ...defaultMethod('prompting'), shots },
  });

  it('makes room for the demonstrations, up to the longest prompt there is', () => {
    expect(withPromptRoom(prompting(4), 118).sequenceLength).toBe(118);
    expect(withPromptRoom(prompting(16), 424).sequenceLength).toBe(MAX_SEQUENCE);
    expect(() => parseRecipe(withPromptRoom(prompting(16), 424))).not.toThrow();
  });

  it('leaves room that is there, and every other method, alone', () => {
    const long = { ...prompting(2), sequenceLength: 200 };
    expect(withPromptRoom(long, 90)).toBe(long);
    const lora = defaultRecipe('lora');
    expect(withPromptRoom(lora, 118)).toBe(lora);
  });

  it('goes with the prompt when another method is chosen', () => {
    const room = withPromptRoom(prompting(4), 118);
    expect(withMethod(room, 'lora').sequenceLength).toBe(defaultRecipe().sequenceLength);
  });
});

describe('templateProblem', () => {
  it('asks for the place of the text, once', () => {
    expect(templateProblem('What is {text}? A kind of')).toBeNull();
    expect(templateProblem('')).toBeNull();
    for (const wrong of ['A kind of', '{text} and {text}'])
      expect(templateProblem(wrong)).toBe('The prompt template holds {text} once.');
    expect(templateProblem(`{text}${'x'.repeat(400)}`)).toMatch(/at most 400 characters\.$/);
  });
});

describe('fitToModel', () => {
  const config = { ...tinyModel().config, maxPositions: 256 };

  it('brings every knob inside what the model has', () => {
    const recipes: Recipe[] = [
      { ...defaultRecipe('full'), method: { kind: 'full', frozenLayers: 64 } },
      {
        ...defaultRecipe('adapter'),
        method: { kind: 'adapter', placement: 'houlsby', reduction: 128 },
      },
      { ...defaultRecipe('p-tuning-v2'), sequenceLength: 256 },
    ];
    for (const recipe of recipes) {
      expect(() => assertFits(config, recipe)).toThrow();
      expect(() => assertFits(config, fitToModel(recipe, config))).not.toThrow();
    }
  });

  it('leaves a recipe that fits alone', () => {
    const recipe = { ...defaultRecipe(), sequenceLength: 8 };
    expect(fitToModel(recipe, config)).toBe(recipe);
  });
});

describe('withRank', () => {
  it('leaves alpha to rsLoRA, which scales by the rank itself', () => {
    const recipe: Recipe = {
      ...defaultRecipe(),
      method: { ...defaultMethod('lora'), scaling: 'rank-stabilised' },
    };
    expect(withRank(recipe, 32).method).toMatchObject({ rank: 32, alpha: 16 });
  });

  it('keeps alpha over rank', () => {
    expect(withRank(defaultRecipe('lora'), 32).method).toMatchObject({ rank: 32, alpha: 64 });
    expect(withRank(defaultRecipe('head'), 32)).toEqual(defaultRecipe('head'));
  });
});

describe('withTask', () => {
  it('takes the sequence length that the task proposes (L-14)', () => {
    const spam = withTask(defaultRecipe(), shippedTask('spam')!);
    expect(spam).toMatchObject({ task: 'spam', sequenceLength: 64 });
    expect(withTask(spam, { id: 'custom-1' })).toMatchObject({
      task: 'custom-1',
      sequenceLength: defaultRecipe().sequenceLength,
    });
  });
});

describe('fitToChallenge', () => {
  it('takes the task of the round and its sequence length, whatever was chosen before (L-15)', () => {
    const own = { ...defaultRecipe(), task: 'custom-0123456789ab', sequenceLength: 128 };
    const challenge = { ...defaultChallenge(), task: 'spam' };
    const fitted = fitToChallenge(own, challenge);
    expect(fitted).toMatchObject({ task: 'spam', sequenceLength: 64 });
    expect(challengeViolations(challenge, own)).toEqual(["this round's task is spam"]);
    const long = { ...fitted, sequenceLength: 96 };
    expect(fitToChallenge(long, challenge)).toBe(long);
  });

  it('brings any recipe inside the round', () => {
    const challenge = {
      ...defaultChallenge(),
      methods: ['lora' as const],
      quantisations: ['int8' as const],
      maxRank: 4,
      maxSteps: 50,
    };
    const fitted = fitToChallenge(defaultRecipe('full'), challenge);
    expect(challengeViolations(challenge, fitted)).toEqual([]);
    expect(() => parseRecipe(fitted)).not.toThrow();
  });

  it('takes full fine-tuning to another method where the round has no fp32 (L-7)', () => {
    const challenge = { ...defaultChallenge(), quantisations: ['int4' as const] };
    expect(limitsOf(challenge).methods).toEqual(METHOD_KINDS.filter((kind) => kind !== 'full'));
    const fitted = fitToChallenge(defaultRecipe('full'), challenge);
    expect(fitted).toMatchObject({ method: { kind: 'lora' }, quantisation: 'int4' });
    expect(challengeViolations(challenge, fitted)).toEqual([]);
  });

  it('leaves a recipe that fits alone', () => {
    const recipe = defaultRecipe();
    expect(fitToChallenge(recipe, defaultChallenge())).toBe(recipe);
  });
});
