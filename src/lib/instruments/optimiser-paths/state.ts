/** What is shown, as one value, and that value as the query of an address. Only what differs from the defaults is written. */
import type { Optimiser } from '../../engine/formats/recipe.ts';
import type { Place } from './surface.ts';

export const PATHS = ['sgd', 'momentum', 'adamw'] as const;
export type PathName = (typeof PATHS)[number];

export interface Settings {
  start: Place;
  /** Of SGD, with momentum and without. */
  rate: number;
  momentum: number;
  /** Of AdamW. */
  adamRate: number;
  beta1: number;
  beta2: number;
  /** Decoupled; it pulls both numbers to 0. */
  decay: number;
  steps: number;
  /** `mini` takes the batches in turn, one a step. */
  batch: 'full' | 'mini';
  shown: readonly PathName[];
}

export const MAX_STEPS = 100;
/** Learning rates that the sliders offer. */
export const RATES = [-3, -2, -1, 0].flatMap((power) =>
  [1, 1.5, 2, 3, 5, 7].map((digit) => Number((digit * 10 ** power).toPrecision(2))),
);
/** Values of β₂ that the slider offers. */
export const SECOND_BETAS = [0, 0.5, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999];
const RATE_BOUNDS = [1e-4, 10] as const;

export const defaultSettings = (): Settings => ({
  start: [-0.5, 0.5],
  rate: 0.015,
  momentum: 0.9,
  adamRate: 0.1,
  beta1: 0.9,
  beta2: 0.999,
  decay: 0,
  steps: 40,
  batch: 'full',
  shown: PATHS,
});

/** Above every gradient on the surface: paths are not clipped. */
const NO_CLIPPING = 1000;
const EPSILON = 1e-8;

/** As the engine knows it, at a constant learning rate. */
export function optimiserFor(name: PathName, settings: Settings): Optimiser {
  const shared = {
    warmupSteps: 0,
    finalFraction: 1,
    weightDecay: settings.decay,
    clipNorm: NO_CLIPPING,
  };
  if (name === 'adamw') {
    const { adamRate, beta1, beta2 } = settings;
    return { kind: 'adamw', ...shared, learningRate: adamRate, beta1, beta2, epsilon: EPSILON };
  }
  const momentum = name === 'momentum' ? settings.momentum : 0;
  return { kind: 'sgd', ...shared, learningRate: settings.rate, momentum };
}

/** What a path depends on. */
export const pathKey = ({ shown: _, ...settings }: Settings): string => JSON.stringify(settings);

/** Decimals of a start: finer than anybody drags. */
const PLACE_DIGITS = 2;
export const roundedPlace = ([a, b]: Place): Place => [round(a), round(b)];
const round = (value: number) => Number(value.toFixed(PLACE_DIGITS)) + 0;

interface Field {
  name: string;
  write: (settings: Settings) => string;
  /** Null where the text means nothing. */
  read: (text: string) => Partial<Settings> | null;
}

const NUMBER = /^-?\d{1,6}(\.\d{1,8})?$/;
const within = (text: string, low: number, high: number): number | null => {
  const value = NUMBER.test(text) ? Number(text) : NaN;
  return value >= low && value <= high ? value : null;
};

type NumberField = 'rate' | 'momentum' | 'adamRate' | 'beta1' | 'beta2' | 'decay';
const real = (name: string, field: NumberField, low: number, high: number): Field => ({
  name,
  write: (settings) => String(settings[field]),
  read: (text) => {
    const value = within(text, low, high);
    return value === null ? null : { [field]: value };
  },
});

export const BOUNDS = { momentum: 0.99, beta1: 0.99, beta2: 0.9999, decay: 1 } as const;
/** Far beyond any surface; what lies outside the recorded one is brought back. */
const FAR = 100;

const FIELDS: readonly Field[] = [
  {
    name: 'start',
    write: ({ start }) => start.join(','),
    read: (text) => {
      const [a, b, more] = text.split(',').map((part) => within(part, -FAR, FAR));
      return a == null || b == null || more !== undefined ? null : { start: [a, b] };
    },
  },
  real('rate', 'rate', ...RATE_BOUNDS),
  real('momentum', 'momentum', 0, BOUNDS.momentum),
  real('adamrate', 'adamRate', ...RATE_BOUNDS),
  real('beta1', 'beta1', 0, BOUNDS.beta1),
  real('beta2', 'beta2', 0, BOUNDS.beta2),
  real('decay', 'decay', 0, BOUNDS.decay),
  {
    name: 'steps',
    write: ({ steps }) => String(steps),
    read: (text) => {
      const steps = /^\d{1,4}$/.test(text) ? within(text, 1, MAX_STEPS) : null;
      return steps === null ? null : { steps };
    },
  },
  {
    name: 'batch',
    write: ({ batch }) => batch,
    read: (text) => (text === 'full' || text === 'mini' ? { batch: text } : null),
  },
  {
    name: 'show',
    write: ({ shown }) => shown.join(','),
    read: (text) => {
      const named = text === '' ? [] : text.split(',');
      const shown = PATHS.filter((name) => named.includes(name));
      return shown.length === named.length ? { shown } : null;
    },
  },
];

/** Without a question mark; empty for the default. */
export function toQuery(settings: Settings): string {
  const usual = defaultSettings();
  const query = new URLSearchParams();
  for (const { name, write } of FIELDS) {
    const text = write(settings);
    if (text !== write(usual)) query.set(name, text);
  }
  return query.toString();
}

export interface ReadSettings {
  settings: Settings;
  /** A sentence for each parameter that means nothing here; its default stands. */
  problems: string[];
}

/** Untrusted: links come from anywhere. */
export function fromQuery(query: URLSearchParams, usual = defaultSettings()): ReadSettings {
  const settings = { ...usual };
  const problems: string[] = [];
  for (const { name, read, write } of FIELDS) {
    const text = query.get(name);
    if (text === null) continue;
    const change = read(text);
    if (change) Object.assign(settings, change);
    else problems.push(`${name}=${text.slice(0, 40)} is not used. It is ${write(usual)} here.`);
  }
  return { settings, problems };
}

/** The settings with what a phrase of a lesson names set, and the rest left as the reader has it. */
export const withPhrase = (settings: Settings, phrase: string): Settings =>
  fromQuery(new URLSearchParams(phrase), settings).settings;

/** Index of the value that is nearest, by ratio where both are positive. */
export function nearest(values: readonly number[], value: number): number {
  const apart = (other: number) =>
    other > 0 && value > 0 ? Math.abs(Math.log(other / value)) : Math.abs(other - value);
  return values.reduce((held, other, i) => (apart(other) < apart(values[held]!) ? i : held), 0);
}
