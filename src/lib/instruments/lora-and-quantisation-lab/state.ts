/** What the LoRA and quantisation lab shows, as one value, and that value as the query of an address. */
import {
  defaultRecipe,
  LINEAR_MODULES,
  QUANTISATIONS,
  type LinearModule,
  type Method,
  type Recipe,
} from '../../engine/formats/recipe.ts';
import type { QuantisedFormat } from '../../engine/quant/quantise.ts';
import { withMethod } from '../../lab/recipe-edit.ts';
import {
  phrasedQuery,
  readQuery,
  whole,
  writeQuery,
  type QueryField,
  type ReadState,
} from '../query.ts';

export const VIEWS = ['matrices', 'spectrum', 'quantisation', 'training'] as const;
export type View = (typeof VIEWS)[number];

export const FORMATS: readonly QuantisedFormat[] = QUANTISATIONS.filter(
  (format) => format !== 'fp32',
);

export type LoraMethod = Extract<Method, { kind: 'lora' }>;
/** What **Run** starts here: LoRA of some kind, on a base of some format. */
export type LoraRecipe = Recipe & { method: LoraMethod };

export interface LoraState {
  view: View;
  /** Block, from 0 as the checkpoint counts them. */
  layer: number;
  module: LinearModule;
  /** Whose codebook is shown. */
  format: QuantisedFormat;
  /** Id of a run of the reader's own, kept in this browser; null for none. */
  run: string | null;
  recipe: LoraRecipe;
}

export const isLora = (recipe: Recipe): recipe is LoraRecipe => recipe.method.kind === 'lora';

export const defaultState = (): LoraState => ({
  view: 'matrices',
  layer: 0,
  module: 'q_proj',
  format: 'nf4',
  run: null,
  recipe: defaultRecipe('lora') as LoraRecipe,
});

type Wide = Omit<LoraState, 'recipe'> & { recipe: Recipe };

/** One of a list, by its text. */
const oneOf = <T extends string>(
  name: 'view' | 'module' | 'format',
  known: readonly T[],
): QueryField<Wide> => ({
  name,
  write: (state) => state[name],
  read: (text) => {
    const found = known.find((one) => one === text);
    return found ? { [name]: found } : null;
  },
});

const FIELDS: readonly QueryField<Wide>[] = [
  oneOf('view', VIEWS),
  {
    name: 'layer',
    write: ({ layer }) => String(layer),
    read: (text) => {
      const layer = whole(text);
      return layer === null ? null : { layer };
    },
  },
  oneOf('module', LINEAR_MODULES),
  oneOf('format', FORMATS),
  {
    name: 'run',
    write: ({ run }) => run ?? '',
    read: (text) => (/^[\w-]{1,64}$/.test(text) ? { run: text } : null),
  },
];

export const toQuery = (state: LoraState): string =>
  writeQuery<Wide>(FIELDS, defaultState(), state);

export function fromQuery(query: URLSearchParams): ReadState<LoraState> {
  const { state, problems } = readQuery<Wide>(FIELDS, defaultState(), query);
  const { recipe } = state;
  if (isLora(recipe)) return { state: { ...state, recipe }, problems };
  return {
    state: { ...state, recipe: withMethod(recipe, 'lora') as LoraRecipe },
    problems: [...problems, `method=${recipe.method.kind} is not trained here. It is lora.`],
  };
}

/** The state with what a phrase names set, and the rest left as the reader has it. */
export function withPhrase(state: LoraState, phrase: string): LoraState {
  const { state: next } = fromQuery(phrasedQuery(FIELDS, toQuery(state), phrase));
  const change = new URLSearchParams(phrase);
  return change.has('quantisation') && !change.has('format') ? withFormatOf(next) : next;
}

/**
 * A run is shown: **Run** starts its recipe again where that is LoRA; of another the controls take what LoRA has, too, so
 * that they and what is shown are of one base, task and format.
 */
export function withRun(state: LoraState, id: string, recipe: Recipe): LoraState {
  const { base, task, sequenceLength, quantisation, seed } = recipe;
  const own = { ...state.recipe, base, task, sequenceLength, quantisation, seed };
  return withFormatOf({ ...state, run: id, recipe: isLora(recipe) ? recipe : own });
}

/** Whoever stores the base in a format wants to see that one's codebook. */
export function withFormatOf(state: LoraState): LoraState {
  const { quantisation } = state.recipe;
  return quantisation === 'fp32' ? state : { ...state, format: quantisation };
}
