import { describe, expect, it } from 'vitest';
import { OptimiserSchema } from '../../engine/formats/recipe.ts';
import * as v from 'valibot';
import { spread } from './marks.ts';
import {
  defaultSettings,
  fromQuery,
  nearest,
  optimiserFor,
  pathKey,
  PATHS,
  RATES,
  toQuery,
  withPhrase,
  type Settings,
} from './state.ts';

const read = (query: string) => fromQuery(new URLSearchParams(query));
const UNUSUAL: Settings = {
  start: [1.25, -0.4],
  rate: 0.3,
  momentum: 0.5,
  adamRate: 0.07,
  beta1: 0,
  beta2: 0.98,
  decay: 0.2,
  steps: 77,
  batch: 'mini',
  shown: ['momentum', 'adamw'],
};

describe('the address (N-35)', () => {
  it('is empty for what is usual, and holds all that is not', () => {
    expect(toQuery(defaultSettings())).toBe('');
    expect(read(toQuery(UNUSUAL))).toEqual({ settings: UNUSUAL, problems: [] });
    expect(Object.keys(Object.fromEntries(new URLSearchParams(toQuery(UNUSUAL))))).toHaveLength(10);
    expect(read('show=').settings.shown).toEqual([]);
  });

  it.each([
    'start=1',
    'start=1,2,3',
    'start=1,x',
    'start=1,1000',
    'rate=0',
    'rate=fast',
    'rate=1e-3',
    'momentum=1',
    'beta2=-0.5',
    'steps=0',
    'steps=1000',
    'steps=2.5',
    'batch=some',
    'show=sgd,lion',
  ])('names what it cannot read in %s, and keeps the default', (query) => {
    const { settings, problems } = read(query);
    expect(problems).toEqual([expect.stringContaining(query)]);
    expect(settings).toEqual(defaultSettings());
  });

  it('takes what a phrase names and leaves the rest as the reader has it', () => {
    expect(withPhrase(UNUSUAL, 'rate=0.05&show=sgd')).toEqual({
      ...UNUSUAL,
      rate: 0.05,
      shown: ['sgd'],
    });
    expect(withPhrase(UNUSUAL, 'rate=much')).toEqual(UNUSUAL);
  });
});

describe('settings', () => {
  it('are optimisers that the engine takes, at a constant rate (N-32)', () => {
    for (const name of PATHS) {
      const optimiser = optimiserFor(name, UNUSUAL);
      expect(v.parse(OptimiserSchema, optimiser)).toEqual(optimiser);
      expect(optimiser).toMatchObject({ warmupSteps: 0, finalFraction: 1, weightDecay: 0.2 });
    }
    expect(optimiserFor('sgd', UNUSUAL)).toMatchObject({ momentum: 0, learningRate: 0.3 });
    expect(optimiserFor('momentum', UNUSUAL)).toMatchObject({ momentum: 0.5, learningRate: 0.3 });
    expect(optimiserFor('adamw', UNUSUAL)).toMatchObject({ beta1: 0, learningRate: 0.07 });
  });

  it('change the paths, but for which of them are shown', () => {
    expect(pathKey({ ...UNUSUAL, shown: [] })).toBe(pathKey(UNUSUAL));
    expect(pathKey({ ...UNUSUAL, steps: 1 })).not.toBe(pathKey(UNUSUAL));
  });

  it('have a nearest place on a slider', () => {
    expect(RATES[nearest(RATES, 0.02)]).toBe(0.02);
    expect(RATES[nearest(RATES, 0.0234)]).toBe(0.02);
    expect(nearest([0, 0.5, 0.9], 0)).toBe(0);
  });
});

describe('labels', () => {
  it('keep apart, in order and within bounds', () => {
    const at = spread([50, 51, 99, 100], 16, [0, 100]);
    expect(at).toEqual([50, 66, 84, 100]);
    expect(spread([100, 20], 16, [0, 100])).toEqual([100, 20]);
  });
});
