/**
 * A recipe as the query of the lab's address: only what differs from the method's default, under short names,
 * so that a link can be read. `?rank=4&quantisation=int4` is LoRA of rank 4 on int4. Links come from anywhere:
 * what is not a valid value is named, and its field keeps the default.
 */
import {
  defaultRecipe,
  LINEAR_MODULES,
  OPTIMISER_KINDS,
  parseRecipe,
  RecipeError,
  type OptimiserKind,
  type Recipe,
} from '../engine/formats/recipe.ts';
import { BASES } from './bases.ts';
import { withBase, withOptimiser } from './recipe-edit.ts';

interface Field {
  name: string;
  /** Null where the recipe's method has no such field. */
  read: (recipe: Recipe) => string | number | null;
  /** Untrusted: the result is parsed before it is used. */
  write: (recipe: Recipe, text: string) => unknown;
}

const number = (text: string) => (/^-?\d/.test(text) ? Number(text) : text);
const truth = (text: string) => (text === 'true' ? true : text === 'false' ? false : text);

const top = (
  name: string,
  key: 'task' | 'quantisation' | 'batchSize' | 'accumulation' | 'sequenceLength' | 'steps' | 'seed',
): Field => ({
  name,
  read: (recipe) => recipe[key],
  write: (recipe, text) => ({
    ...recipe,
    [key]: typeof recipe[key] === 'number' ? number(text) : text,
  }),
});

const optimiser = (name: string, key: string): Field => ({
  name,
  read: ({ optimiser }) => (key in optimiser ? optimiser[key as keyof typeof optimiser] : null),
  write: (recipe, text) => ({ ...recipe, optimiser: { ...recipe.optimiser, [key]: number(text) } }),
});

const ofMethod = (
  name: string,
  key: string,
  toText: (value: unknown) => string,
  fromText: (text: string) => unknown,
): Field => ({
  name,
  read: ({ method }) => (key in method ? toText(method[key as keyof typeof method]) : null),
  write: (recipe, text) => ({ ...recipe, method: { ...recipe.method, [key]: fromText(text) } }),
});

const SHORT = '_proj';
const OPTIMISER = 'optimiser';
const FIELDS: readonly Field[] = [
  {
    name: 'base',
    read: ({ base }) => base.id,
    // No recipe has an empty id: one that is not shipped is refused like one that is none.
    write: (recipe, id) => withBase(recipe, BASES.some((base) => base.id === id) ? id : ''),
  },
  {
    name: 'weights',
    read: ({ base }) => base.weights,
    write: (recipe, weights) => ({ ...recipe, base: { ...recipe.base, weights } }),
  },
  top('task', 'task'),
  ofMethod('frozen', 'frozenLayers', String, number),
  ofMethod('rank', 'rank', String, number),
  ofMethod('alpha', 'alpha', String, number),
  ofMethod('dropout', 'dropout', String, number),
  ofMethod('scaling', 'scaling', String, String),
  ofMethod('dora', 'dora', String, truth),
  ofMethod('plus', 'plusRatio', String, number),
  ofMethod('placement', 'placement', String, String),
  ofMethod('reduction', 'reduction', String, number),
  ofMethod('prefix', 'length', String, number),
  ofMethod('hidden', 'hidden', String, number),
  ofMethod('shots', 'shots', String, number),
  ofMethod(
    'prompt',
    'template',
    (template) => (template as string | null) ?? '',
    (text) => text || null,
  ),
  ofMethod(
    'targets',
    'targets',
    (targets) => (targets as string[]).map((name) => name.replace(SHORT, '')).join(' '),
    (text) =>
      text
        .split(/[ ,]+/)
        .map((name) => LINEAR_MODULES.find((full) => full === name + SHORT) ?? name),
  ),
  top('quantisation', 'quantisation'),
  {
    name: OPTIMISER,
    read: ({ optimiser }) => optimiser.kind,
    write: (recipe, kind) =>
      OPTIMISER_KINDS.some((known) => known === kind)
        ? withOptimiser(recipe, kind as OptimiserKind)
        : { ...recipe, optimiser: { kind } },
  },
  optimiser('lr', 'learningRate'),
  optimiser('warmup', 'warmupSteps'),
  optimiser('final', 'finalFraction'),
  optimiser('decay', 'weightDecay'),
  optimiser('beta1', 'beta1'),
  optimiser('beta2', 'beta2'),
  optimiser('epsilon', 'epsilon'),
  optimiser('momentum', 'momentum'),
  optimiser('clip', 'clipNorm'),
  top('batch', 'batchSize'),
  top('accumulation', 'accumulation'),
  {
    name: 'recompute',
    read: ({ recomputeActivations }) => String(recomputeActivations),
    write: (recipe, text) => ({ ...recipe, recomputeActivations: truth(text) }),
  },
  top('length', 'sequenceLength'),
  top('steps', 'steps'),
  top('seed', 'seed'),
];
const METHOD = 'method';

/** The query without its question mark; empty for the default recipe. */
export function recipeToQuery(recipe: Recipe): string {
  const plain = defaultRecipe(recipe.method.kind);
  // Another optimiser has other defaults, which reading its name brings along.
  const plainUnder = withOptimiser(plain, recipe.optimiser.kind);
  const query = new URLSearchParams();
  if (recipe.method.kind !== defaultRecipe().method.kind) query.set(METHOD, recipe.method.kind);
  for (const { name, read } of FIELDS) {
    const value = read(recipe);
    const usual = read(name === OPTIMISER ? plain : plainUnder);
    if (value !== null && value !== usual) query.set(name, String(value));
  }
  return query.toString();
}

export interface ReadRecipe {
  recipe: Recipe;
  /** A sentence for each parameter that was left out. */
  problems: string[];
}

/** Parameters that are no field of a recipe are somebody else's and ignored. */
export function recipeFromQuery(query: URLSearchParams): ReadRecipe {
  const problems: string[] = [];
  let recipe = defaultRecipe();
  const kind = query.get(METHOD);
  if (kind !== null) {
    try {
      recipe = parseRecipe(defaultRecipe(kind as Recipe['method']['kind']));
    } catch {
      problems.push(
        `method=${kind} is not a method of this lab. It is ${recipe.method.kind} here.`,
      );
    }
  }
  for (const { name, read, write } of FIELDS) {
    const text = query.get(name);
    if (text === null) continue;
    const kept = read(recipe);
    if (kept === null) {
      problems.push(`${name} does not go with the method ${recipe.method.kind} and is left out.`);
      continue;
    }
    try {
      recipe = parseRecipe(write(recipe, text));
    } catch (error) {
      if (!(error instanceof RecipeError)) throw error;
      problems.push(`${name}=${text} is not used (${error.message}). It is ${kept} here.`);
    }
  }
  return { recipe, problems };
}
