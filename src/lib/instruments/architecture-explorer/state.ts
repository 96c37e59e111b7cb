/** What the explorer shows, as one value, and that value as the query of an address. */
import { defaultRecipe, type Recipe } from '../../engine/formats/recipe.ts';
import {
  phrasedQuery,
  readQuery,
  whole,
  writeQuery,
  type QueryField,
  type ReadState,
} from '../query.ts';
import { PARTS, type Part } from './parts.ts';

export const LEVELS = ['overview', 'block', 'matrix', 'number'] as const;
export type Level = (typeof LEVELS)[number];

export interface ExplorerState {
  level: Level;
  /** Block, from 0 as the checkpoint counts them. */
  layer: number;
  /** What is chosen in the overview or in the block, and open below them. */
  part: Part;
  /** Attention head, from 0. */
  head: number;
  /** Row and column, from 0. */
  cell: readonly [row: number, column: number];
  /** Place of the token in the text, 0 being the begin-of-sequence token; null for the last. */
  token: number | null;
  text: string;
  recipe: Recipe;
}

/** The recorded runs are of this text. */
export const DEFAULT_TEXT = 'a large wild cat with stripes';
export const MAX_TEXT = 240;

export const defaultState = (): ExplorerState => ({
  level: 'overview',
  layer: 0,
  part: 'q_proj',
  head: 0,
  cell: [0, 0],
  token: null,
  text: DEFAULT_TEXT,
  recipe: defaultRecipe(),
});

type Field = QueryField<ExplorerState>;

const index = (name: 'layer' | 'head' | 'token'): Field => ({
  name,
  write: (state) => String(state[name] ?? ''),
  read: (text) => {
    const value = whole(text);
    return value === null ? null : { [name]: value };
  },
});

const FIELDS: readonly Field[] = [
  {
    name: 'level',
    write: ({ level }) => level,
    read: (text) => {
      const level = LEVELS.find((known) => known === text);
      return level ? { level } : null;
    },
  },
  index('layer'),
  {
    name: 'matrix',
    write: ({ part }) => part,
    read: (text) => {
      const part = PARTS.find((known) => known === text);
      return part ? { part } : null;
    },
  },
  index('head'),
  {
    name: 'cell',
    write: ({ cell }) => cell.join(','),
    read: (text) => {
      const [row, column, more] = text.split(',').map(whole);
      return row == null || column == null || more !== undefined ? null : { cell: [row, column] };
    },
  },
  index('token'),
  {
    name: 'text',
    write: ({ text }) => text,
    read: (text) => (text.length <= MAX_TEXT ? { text } : null),
  },
];

export const toQuery = (state: ExplorerState): string => writeQuery(FIELDS, defaultState(), state);

export const fromQuery = (query: URLSearchParams): ReadState<ExplorerState> =>
  readQuery(FIELDS, defaultState(), query);

/** The state with what a phrase names set, and the rest left as the reader has it. */
export const withPhrase = (state: ExplorerState, phrase: string): ExplorerState =>
  fromQuery(phrasedQuery(FIELDS, toQuery(state), phrase)).state;
