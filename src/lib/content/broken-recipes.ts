/**
 * Recipes of lesson 04 that fail in a way worth recognising, each with the change that mends it and with what a run of
 * either must show. `broken-recipes.test.ts` trains both and checks it, so the lesson promises nothing that the
 * engine does not do.
 */
import {
  defaultMethod,
  defaultRecipe,
  type Method,
  type Recipe,
} from '../engine/formats/recipe.ts';
import type { Claim } from './run-claims.ts';

export interface BrokenRecipe {
  id: string;
  title: string;
  recipe: Recipe;
  fix: (recipe: Recipe) => Recipe;
  claims: { broken: readonly Claim[]; repaired: readonly Claim[] };
}

const least = (figure: Claim['figure'], value: number): Claim => ({ figure, at: 'least', value });
const most = (figure: Claim['figure'], value: number): Claim => ({ figure, at: 'most', value });

/** The defaults of a method, cut short so that a failure is seen within a minute. */
const short = (kind: Method['kind'], changes: Partial<Recipe> = {}): Recipe => ({
  ...defaultRecipe(kind),
  steps: 60,
  ...changes,
});

const lora = (knobs: { rank?: number; alpha?: number }): Method => ({
  ...defaultMethod('lora'),
  ...knobs,
});

const rate =
  (learningRate: number) =>
  (recipe: Recipe): Recipe => ({ ...recipe, optimiser: { ...recipe.optimiser, learningRate } });

const change =
  (changes: Partial<Recipe>) =>
  (recipe: Recipe): Recipe => ({ ...recipe, ...changes });

const { learningRate: LORA_RATE } = defaultRecipe('lora').optimiser;
const { learningRate: FULL_RATE } = defaultRecipe('full').optimiser;

/** What LoRA's defaults show after 60 steps. */
const LEARNS = [least('accuracy', 0.65), least('improvement', 1.8)];

export const BROKEN_RECIPES: readonly BrokenRecipe[] = [
  {
    id: 'rate-too-high',
    title: 'The loss climbs instead of falling',
    recipe: rate(0.3)(short('lora')),
    fix: rate(LORA_RATE),
    claims: { broken: [most('improvement', -0.4), most('accuracy', 0.2)], repaired: LEARNS },
  },
  {
    id: 'rate-too-low',
    title: 'The loss hardly moves',
    recipe: rate(2e-5)(short('lora')),
    fix: rate(LORA_RATE),
    claims: { broken: [most('improvement', 0.3), most('accuracy', 0.25)], repaired: LEARNS },
  },
  {
    id: 'learnt-by-heart',
    title: 'Training loss falls to zero, validation loss rises',
    recipe: short('lora', {
      task: 'part-of-speech',
      method: lora({ rank: 64, alpha: 128 }),
      steps: 100,
    }),
    fix: change({ method: lora({ rank: 1, alpha: 2 }), steps: 40 }),
    claims: {
      broken: [least('gap', 0.6)],
      repaired: [most('gap', 0.4), least('accuracy', 0.78)],
    },
  },
  {
    id: 'update-without-effect',
    title: 'LoRA trains, but the model does not change',
    recipe: short('lora', { task: 'ciphered-domain', method: lora({ alpha: 0.01 }), steps: 100 }),
    fix: change({ method: lora({}) }),
    claims: {
      broken: [most('forgetting', 0.005), least('loss', 2.15)],
      repaired: [least('forgetting', 0.02), most('loss', 2.1)],
    },
  },
  {
    id: 'wrong-base',
    title: 'The same recipe learns far less than it did for others',
    recipe: short('lora', { base: { id: 'nano', weights: 'random' } }),
    fix: change({ base: { id: 'nano', weights: 'pretrained' } }),
    claims: { broken: [most('accuracy', 0.45)], repaired: LEARNS },
  },
  {
    id: 'forgets-its-english',
    title: 'The task is learnt and the language is lost',
    recipe: rate(5e-3)(short('full')),
    fix: rate(FULL_RATE),
    claims: {
      broken: [least('forgetting', 1.5)],
      repaired: [most('forgetting', 0.4), least('accuracy', 0.65)],
    },
  },
  {
    id: 'text-cut-off',
    title: 'The model never sees most of the text',
    recipe: short('lora', { task: 'spam', sequenceLength: 8 }),
    fix: change({ sequenceLength: 64 }),
    claims: { broken: [most('accuracy', 0.75)], repaired: [least('accuracy', 0.8)] },
  },
  {
    id: 'prompt-without-a-question',
    title: 'The prompt does not ask for an answer',
    recipe: {
      ...defaultRecipe('prompting'),
      method: { ...defaultMethod('prompting'), template: '{text}' },
    },
    fix: change({ method: defaultMethod('prompting') }),
    claims: { broken: [most('accuracy', 0.35)], repaired: [least('accuracy', 0.5)] },
  },
];
