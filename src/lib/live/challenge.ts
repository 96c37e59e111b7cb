/** A challenge: task, budget and what a recipe may choose. The server checks every submission against it. */
import * as v from 'valibot';
import { QUANTISATION_NAMES } from '../engine/formats/recipe-name.ts';
import {
  BaseIdSchema,
  defaultRecipe,
  MAX_RANK,
  MAX_STEPS,
  METHOD_KINDS,
  QUANTISATIONS,
  RecipeSchema,
  TaskIdSchema,
  type Recipe,
} from '../engine/formats/recipe.ts';
import { wholeNumber } from './fields.ts';

const LimitsSchema = v.strictObject({
  task: TaskIdSchema,
  base: BaseIdSchema,
  /** Reported by the device; the server cannot count steps. */
  maxSteps: wholeNumber(1, MAX_STEPS),
  maxRank: wholeNumber(1, MAX_RANK),
  methods: v.pipe(v.array(v.picklist(METHOD_KINDS)), v.minLength(1, 'allow at least one method')),
  quantisations: v.pipe(
    v.array(v.picklist(QUANTISATIONS)),
    v.minLength(1, 'allow at least one quantisation'),
  ),
  submissionsPerParticipant: wholeNumber(1, 100),
});

export const ChallengeSchema = v.pipe(
  LimitsSchema,
  v.check(
    (limits) => admitsARecipe(limits),
    'No recipe fits: full fine-tuning trains the base weights, so it needs fp32. Allow fp32 or another method.',
  ),
);
export type Challenge = v.InferOutput<typeof ChallengeSchema>;

/** Some methods and quantisations exclude each other; the recipe's own rules say which. */
function admitsARecipe({
  methods,
  quantisations,
}: Pick<v.InferOutput<typeof LimitsSchema>, 'methods' | 'quantisations'>): boolean {
  return methods.some((method) =>
    quantisations.some((quantisation) =>
      v.is(RecipeSchema, { ...defaultRecipe(method), quantisation }),
    ),
  );
}

export function defaultChallenge(): Challenge {
  return {
    task: 'definition-domain',
    base: 'nano',
    maxSteps: 600,
    maxRank: 16,
    methods: [...METHOD_KINDS],
    quantisations: [...QUANTISATIONS],
    submissionsPerParticipant: 10,
  };
}

/** Sentences naming what `recipe` breaks; empty when it may be submitted. */
export function challengeViolations(challenge: Challenge, recipe: Recipe): string[] {
  const broken: string[] = [];
  if (recipe.task !== challenge.task) broken.push(`this round's task is ${challenge.task}`);
  if (recipe.base.id !== challenge.base)
    broken.push(`this round's base model is ${challenge.base}`);
  if (recipe.base.weights !== 'pretrained')
    broken.push('a submission starts from the pretrained weights');
  if (!challenge.methods.includes(recipe.method.kind))
    broken.push(`${recipe.method.kind} is not allowed in this round`);
  if (!challenge.quantisations.includes(recipe.quantisation))
    broken.push(`${QUANTISATION_NAMES[recipe.quantisation]} is not allowed in this round`);
  if (recipe.method.kind === 'lora' && recipe.method.rank > challenge.maxRank)
    broken.push(`rank ${recipe.method.rank} is above this round's limit of ${challenge.maxRank}`);
  if (recipe.steps > challenge.maxSteps)
    broken.push(`${recipe.steps} steps are above this round's limit of ${challenge.maxSteps}`);
  return broken;
}

/** What keeps a student from submitting once more. */
export const allUsed = ({ submissionsPerParticipant: limit }: Challenge): string =>
  limit === 1
    ? 'You have used the one submission of this round.'
    : `You have used all ${limit} submissions of this round.`;
