/**
 * What an instrument shows, as the query of an address, and back. Only what differs from the defaults is written; the
 * recipe's part is the lab's own (`lab/recipe-url.ts`), so a link reads the same everywhere.
 */
import type { Recipe } from '../engine/formats/recipe.ts';
import { recipeFromQuery, recipeToQuery } from '../lab/recipe-url.ts';

/** One parameter beside the recipe's. */
export interface QueryField<State> {
  name: string;
  /** Empty for none. */
  write: (state: State) => string;
  /** Null where the text means nothing. Untrusted: links come from anywhere. */
  read: (text: string) => Partial<State> | null;
}

interface WithRecipe {
  recipe: Recipe;
}

export interface ReadState<State> {
  state: State;
  /** A sentence for each parameter that means nothing here; its default stands. */
  problems: string[];
}

/** Without a question mark; empty for the default. */
export function writeQuery<State extends WithRecipe>(
  fields: readonly QueryField<State>[],
  usual: State,
  state: State,
): string {
  const query = new URLSearchParams();
  for (const { name, write } of fields) {
    const text = write(state);
    if (text !== write(usual)) query.set(name, text);
  }
  for (const [name, value] of new URLSearchParams(recipeToQuery(state.recipe)))
    query.set(name, value);
  return query.toString();
}

export function readQuery<State extends WithRecipe>(
  fields: readonly QueryField<State>[],
  usual: State,
  query: URLSearchParams,
): ReadState<State> {
  const { recipe, problems } = recipeFromQuery(query);
  const state = { ...usual, recipe };
  for (const { name, read, write } of fields) {
    const text = query.get(name);
    if (text === null) continue;
    const change = read(text);
    if (change) Object.assign(state, change);
    else problems.push(`${name}=${text.slice(0, 40)} is not used. It is ${write(state)} here.`);
  }
  return { state, problems };
}

/** Fields of a recipe that mean the same under every method. */
const OF_EVERY_METHOD = new Set(['base', 'weights', 'task']);

/**
 * A query with what a phrase of a lesson names set, and the rest left as the reader has it. A phrase that names a method
 * sets it with its defaults.
 */
export function phrasedQuery<State>(
  fields: readonly QueryField<State>[],
  current: string,
  phrase: string,
): URLSearchParams {
  const query = new URLSearchParams(current);
  const change = new URLSearchParams(phrase);
  const kept = (name: string) =>
    OF_EVERY_METHOD.has(name) || fields.some((field) => field.name === name);
  if (change.has('method'))
    for (const name of [...query.keys()]) if (!kept(name)) query.delete(name);
  for (const [name, value] of change) query.set(name, value);
  return query;
}

/** A bound of its own keeps nonsense out; what the model has is settled later. */
const MAX_INDEX = 1e7;

/** A whole number from 0; null for any other text. */
export const whole = (text: string): number | null =>
  /^\d{1,8}$/.test(text) && Number(text) <= MAX_INDEX ? Number(text) : null;

/** A sentence on an index of an address that is beyond what there is; none where it is within. */
export const beyond = (name: string, index: number, count: number, what: string): string[] =>
  index < count ? [] : [`${name}=${index} is not used: ${what}. It is ${count - 1} here.`];
