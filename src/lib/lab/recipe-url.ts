/**
 * A recipe as the query of the lab's address: only what differs from the method's default, under short names,
 * so that a link can be read. `?rank=4&quantisation=int4` is LoRA of rank 4 on int4. Links come from anywhere:
 * what is not a valid value is named, and its field keeps the default.
 */
import {
  defaultRecipe,
  LINEAR_MODULES,
  parseRecipe,
  RecipeError,
  type Recipe,
} from '../engine/formats/recipe.ts';

interface Field {
  name: string;
  /** Null where the recipe's method has no such field. */
  read: (recipe: Recipe) => string | number | null;
  /** Untrusted: the result is parsed before it is used. */
  write: (recipe: Recipe, text: string) => unknown;
}

const number = (text: string) => (/^-?\d/.test(text) ? Number(text) : text);

const top = (
  name: string,
  key: 'task' | 'quantisation' | 'batchSize' | 'sequenceLength' | 'steps' | 'seed',
): Field => ({
  name,
  read: (recipe) => recipe[key],
  write: (recipe, text) => ({
    ...recipe,
    [key]: typeof recipe[key] === 'number' ? number(text) : text,
  }),
});

const optimiser = (name: string, key: Exclude<keyof Recipe['optimiser'], 'kind'>): Field => ({
  name,
  read: (recipe) => recipe.optimiser[key],
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
const FIELDS: readonly Field[] = [
  {
    name: 'base',
    read: ({ base }) => base.id,
    write: (recipe, id) => ({ ...recipe, base: { ...recipe.base, id } }),
  },
  {
    name: 'weights',
    read: ({ base }) => base.weights,
    write: (recipe, weights) => ({ ...recipe, base: { ...recipe.base, weights } }),
  },
  top('task', 'task'),
  ofMethod('rank', 'rank', String, number),
  ofMethod('alpha', 'alpha', String, number),
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
  optimiser('lr', 'learningRate'),
  optimiser('warmup', 'warmupSteps'),
  optimiser('final', 'finalFraction'),
  optimiser('decay', 'weightDecay'),
  optimiser('beta1', 'beta1'),
  optimiser('beta2', 'beta2'),
  optimiser('epsilon', 'epsilon'),
  optimiser('clip', 'clipNorm'),
  top('batch', 'batchSize'),
  top('length', 'sequenceLength'),
  top('steps', 'steps'),
  top('seed', 'seed'),
];
const METHOD = 'method';

/** The query without its question mark; empty for the default recipe. */
export function recipeToQuery(recipe: Recipe): string {
  const plain = defaultRecipe(recipe.method.kind);
  const query = new URLSearchParams();
  if (recipe.method.kind !== defaultRecipe().method.kind) query.set(METHOD, recipe.method.kind);
  for (const { name, read } of FIELDS) {
    const value = read(recipe);
    if (value !== null && value !== read(plain)) query.set(name, String(value));
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
