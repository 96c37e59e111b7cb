import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LARGE_MODEL_IDS, LARGE_MODELS } from '../../measurements/large-models.ts';
import { PUBLISHED_SETS } from '../../measurements/published.ts';
import { AXES } from './axes.ts';
import { SOURCES } from './points.ts';
import {
  BOUNDS,
  defaultState,
  fromQuery,
  toQuery,
  VIEWS,
  withPhrase,
  type ExplorerState,
} from './state.ts';

const limit = (scale: number) =>
  fc.option(fc.integer({ min: 1, max: 99_999 }).map((value) => value * scale));
const states: fc.Arbitrary<ExplorerState> = fc.record({
  view: fc.constantFrom(...VIEWS),
  x: fc.constantFrom(...AXES),
  y: fc.constantFrom(...AXES),
  sources: fc.subarray([...SOURCES]),
  set: fc.constantFrom(...PUBLISHED_SETS.map(({ id }) => id)),
  task: fc.constantFrom('spam', 'my-own-task'),
  code: fc.constantFrom('', 'ABC234'),
  limits: fc.record({ bytes: limit(1e6), trainable: limit(0.01), time: limit(0.001) }),
  point: fc.option(fc.constantFrom('shipped:lora', 'published:peft-2026:full', 'own:a-b_c')),
  model: fc.constantFrom(...LARGE_MODEL_IDS),
  memory: fc.integer({ min: 1, max: 2000 }),
  step: fc.record({
    batch: fc.integer({ min: 1, max: 64 }),
    tokens: fc.integer({ min: 8, max: 4096 }),
    recompute: fc.boolean(),
  }),
});
const read = (query: string) => fromQuery(new URLSearchParams(query));

describe('the address of the techniques explorer (N-14)', () => {
  it('is empty for what is shown first', () => {
    expect(toQuery(defaultState())).toBe('');
    expect(read('')).toEqual({ state: defaultState(), problems: [] });
  });

  it('gives back every state', () => {
    fc.assert(
      fc.property(states, (state) => {
        const { state: again, problems } = read(toQuery(state));
        expect(problems).toEqual([]);
        expect(toQuery(again)).toBe(toQuery(state));
        expect({ ...again, limits: null }).toEqual({ ...state, limits: null });
      }),
    );
  });

  it('can be read', () => {
    const state = { ...defaultState(), x: 'bytes' as const };
    const limits = { bytes: 40e6, trainable: 0.05, time: null };
    expect(toQuery({ ...state, limits, sources: ['published', 'own'] })).toBe(
      'x=bytes&show=published+own&maxbytes=40&maxshare=5',
    );
  });

  it.each([
    ['view=cellar', /view=cellar is not used. It is compare here/],
    ['x=luck', /x=luck/],
    ['show=mine', /show=mine/],
    ['set=none', /set=none/],
    ['maxbytes=-1', /maxbytes=-1 is not used. It is not set here/],
    ['memory=0', /memory=0/],
    ['tokens=100000', /tokens=100000/],
    ['tokens=4097', /tokens=4097/],
    ['recompute=maybe', /recompute=maybe/],
    ['class=<b>', /class=<b>/],
  ])('names what it cannot read in %s, and keeps the default', (query, problem) => {
    const { state, problems } = read(query);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(state).toEqual(defaultState());
  });
});

it('asks about no more tokens than a model has positions (N-12)', () => {
  for (const { config } of Object.values(LARGE_MODELS))
    expect(BOUNDS.tokens.max).toBeLessThanOrEqual(config.maxPositions);
});

describe('a phrase for the techniques explorer (N-16)', () => {
  it('sets what it names and leaves the rest', () => {
    const state = { ...defaultState(), y: 'relative' as const, task: 'spam' };
    expect(withPhrase(state, 'maxbytes=40')).toEqual({
      ...state,
      limits: { ...state.limits, bytes: 40e6 },
    });
    expect(withPhrase(state, 'view=fit&model=13b&memory=24')).toMatchObject({
      y: 'relative',
      view: 'fit',
      model: '13b',
      memory: 24,
    });
  });

  it('takes a limit away with an empty value, and changes nothing by what it cannot read', () => {
    const state = withPhrase(defaultState(), 'maxbytes=40');
    expect(withPhrase(state, 'maxbytes=')).toEqual(defaultState());
    expect(withPhrase(state, 'maxbytes=much')).toEqual(state);
  });
});
