/**
 * What the explorer shows, as one value, and that value as the query of an address. Only what differs from the
 * defaults is written.
 */
import { defaultRecipe } from '../../engine/formats/recipe.ts';
import type { StepShape } from '../../measurements/adaptation-memory.ts';
import { USUAL_STEP } from '../../measurements/fit.ts';
import { LARGE_MODEL_IDS, type LargeModelId } from '../../measurements/large-models.ts';
import { PUBLISHED_SETS } from '../../measurements/published.ts';
import { AXES, type Axis } from './axes.ts';
import { SOURCES, type Limits, type Source } from './points.ts';

export const VIEWS = ['compare', 'fit'] as const;
export type View = (typeof VIEWS)[number];

export interface ExplorerState {
  view: View;
  x: Axis;
  y: Axis;
  sources: readonly Source[];
  /** Published set, by its id. */
  set: string;
  task: string;
  /** Join code of a class whose board is laid over the plot; empty for none. */
  code: string;
  limits: Limits;
  /** The chosen point; null for none. */
  point: string | null;
  model: LargeModelId;
  /** Gigabytes (10⁹ bytes) of the GPU. */
  memory: number;
  step: StepShape;
}

export const defaultState = (): ExplorerState => ({
  view: 'compare',
  x: 'trainable',
  y: 'accuracy',
  sources: ['shipped', 'own', 'class'],
  set: PUBLISHED_SETS[0]!.id,
  task: defaultRecipe().task,
  code: '',
  limits: { bytes: null, trainable: null, time: null },
  point: null,
  model: '7b',
  memory: 8,
  step: USUAL_STEP,
});

export const BOUNDS = {
  memory: { min: 1, max: 2000 },
  batch: { min: 1, max: 64 },
  /** Llama 2's context. */
  tokens: { min: 8, max: 4096 },
} as const;

interface Field {
  name: string;
  write: (state: ExplorerState) => string;
  /** Null where the text means nothing. */
  read: (text: string, state: ExplorerState) => Partial<ExplorerState> | null;
}

const oneOf = <T extends string>(known: readonly T[], text: string): T | null =>
  known.find((one) => one === text) ?? null;

function choice<K extends 'view' | 'x' | 'y' | 'model'>(
  name: K,
  known: readonly ExplorerState[K][],
): Field {
  return {
    name,
    write: (state) => state[name],
    read: (text) => {
      const value = oneOf<string>(known, text);
      return value === null ? null : { [name]: value };
    },
  };
}

const amount = (text: string): number | null =>
  /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : null;

/** @param scale the figure over what is written, so that addresses have MB, % and ms */
const limit = (name: string, figure: keyof Limits, scale: number): Field => ({
  name,
  write: ({ limits }) => {
    const most = limits[figure];
    return most === null ? '' : String(Number((most / scale).toPrecision(6)));
  },
  read: (text, { limits }) => {
    if (text === '') return { limits: { ...limits, [figure]: null } };
    const most = amount(text);
    return most === null || most === 0 ? null : { limits: { ...limits, [figure]: most * scale } };
  },
});

const whole = (text: string, { min, max }: { min: number; max: number }): number | null =>
  /^\d{1,5}$/.test(text) && Number(text) >= min && Number(text) <= max ? Number(text) : null;

const ofStep = (name: 'batch' | 'tokens'): Field => ({
  name,
  write: ({ step }) => String(step[name]),
  read: (text, { step }) => {
    const value = whole(text, BOUNDS[name]);
    return value === null ? null : { step: { ...step, [name]: value } };
  },
});

/** Units of the limits in the address and in their fields. */
export const LIMIT_SCALES: Readonly<Record<keyof Limits, number>> = {
  bytes: 1e6,
  trainable: 0.01,
  time: 0.001,
};

const FIELDS: readonly Field[] = [
  choice('view', VIEWS),
  choice('x', AXES),
  choice('y', AXES),
  {
    name: 'show',
    write: ({ sources }) => sources.join(' '),
    read: (text) => {
      const words = text.split(/[ ,]+/).filter(Boolean);
      const sources = SOURCES.filter((source) => words.includes(source));
      return sources.length === words.length ? { sources } : null;
    },
  },
  {
    name: 'set',
    write: ({ set }) => set,
    read: (text) => (PUBLISHED_SETS.some(({ id }) => id === text) ? { set: text } : null),
  },
  {
    name: 'task',
    write: ({ task }) => task,
    read: (text) => (/^[a-z0-9-]{1,60}$/.test(text) ? { task: text } : null),
  },
  {
    name: 'class',
    write: ({ code }) => code,
    read: (text) => (/^[A-Za-z0-9]{0,12}$/.test(text) ? { code: text.toUpperCase() } : null),
  },
  limit('maxbytes', 'bytes', LIMIT_SCALES.bytes),
  limit('maxshare', 'trainable', LIMIT_SCALES.trainable),
  limit('maxtime', 'time', LIMIT_SCALES.time),
  {
    name: 'point',
    write: ({ point }) => point ?? '',
    read: (text) => (/^[\w:-]{0,120}$/.test(text) ? { point: text || null } : null),
  },
  choice('model', LARGE_MODEL_IDS),
  {
    name: 'memory',
    write: ({ memory }) => String(memory),
    read: (text) => {
      const memory = amount(text);
      const { min, max } = BOUNDS.memory;
      return memory === null || memory < min || memory > max ? null : { memory };
    },
  },
  ofStep('batch'),
  ofStep('tokens'),
  {
    name: 'recompute',
    write: ({ step }) => String(step.recompute),
    read: (text, { step }) =>
      text === 'true' || text === 'false'
        ? { step: { ...step, recompute: text === 'true' } }
        : null,
  },
];

/** Without a question mark; empty for the default. */
export function toQuery(state: ExplorerState): string {
  const usual = defaultState();
  const query = new URLSearchParams();
  for (const { name, write } of FIELDS) {
    const text = write(state);
    if (text !== write(usual)) query.set(name, text);
  }
  return query.toString();
}

export interface ReadState {
  state: ExplorerState;
  /** A sentence for each parameter that means nothing here; what stood there before stays. */
  problems: string[];
}

/** Untrusted: links come from anywhere. @param state what stands where the query says nothing */
export function fromQuery(query: URLSearchParams, state = defaultState()): ReadState {
  const problems: string[] = [];
  let read = state;
  for (const { name, read: parse, write } of FIELDS) {
    const text = query.get(name);
    if (text === null) continue;
    const change = parse(text, read);
    if (change) read = { ...read, ...change };
    else
      problems.push(
        `${name}=${text.slice(0, 40)} is not used. It is ${write(read) || 'not set'} here.`,
      );
  }
  return { state: read, problems };
}

/** The state with what a phrase names set, and the rest left as the reader has it. */
export const withPhrase = (state: ExplorerState, phrase: string): ExplorerState =>
  fromQuery(new URLSearchParams(phrase), state).state;
