import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultRecipe, METHOD_KINDS } from '../../engine/formats/recipe.ts';
import { withMethod, withRank } from '../../lab/recipe-edit.ts';
import { PARTS } from './parts.ts';
import {
  defaultState,
  fromQuery,
  LEVELS,
  MAX_TEXT,
  toQuery,
  withPhrase,
  type ExplorerState,
} from './state.ts';

const index = fc.nat({ max: 5000 });
const states: fc.Arbitrary<ExplorerState> = fc.record({
  level: fc.constantFrom(...LEVELS),
  layer: index,
  part: fc.constantFrom(...PARTS),
  head: index,
  cell: fc.tuple(index, index),
  token: fc.option(index),
  text: fc.string({ unit: 'grapheme', maxLength: 20 }).filter(({ length }) => length <= MAX_TEXT),
  recipe: fc
    .record({ kind: fc.constantFrom(...METHOD_KINDS), rank: fc.integer({ min: 1, max: 64 }) })
    .map(({ kind, rank }) => withRank(withMethod(defaultRecipe(), kind), rank)),
});
const read = (query: string) => fromQuery(new URLSearchParams(query));

describe('the address of the explorer (N-6)', () => {
  it('is empty for what is shown first', () => {
    expect(toQuery(defaultState())).toBe('');
    expect(read('')).toEqual({ state: defaultState(), problems: [] });
  });

  it('gives back every state', () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(read(toQuery(state))).toEqual({ state, problems: [] });
      }),
    );
  });

  it('can be read', () => {
    const recipe = withRank(defaultRecipe(), 4);
    const state = { ...defaultState(), recipe, level: 'number' as const, layer: 2 };
    expect(toQuery({ ...state, part: 'o_proj', cell: [3, 17] })).toBe(
      'level=number&layer=2&matrix=o_proj&cell=3%2C17&rank=4&alpha=8',
    );
  });

  it.each([
    ['level=cellar', /level=cellar is not used. It is overview here/],
    ['layer=-1', /layer=-1/],
    ['matrix=w', /matrix=w/],
    ['cell=3', /cell=3/],
    ['cell=1,2,3', /cell=1,2,3/],
    ['token=x', /token=x/],
    [`text=${'x'.repeat(MAX_TEXT + 1)}`, /text=/],
    ['base=huge', /base=huge/],
  ])('names what it cannot read in %s, and keeps the default', (query, problem) => {
    const { state, problems } = read(query);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(state).toEqual(defaultState());
  });
});

describe('a phrase (N-7)', () => {
  it('sets what it names and leaves the rest', () => {
    const state = { ...defaultState(), text: 'my own text', layer: 3, head: 2 };
    expect(withPhrase(state, 'level=block')).toEqual({ ...state, level: 'block' });
  });

  it('that names a method sets it with its defaults, whatever stood there', () => {
    const lora = { ...defaultState(), recipe: withRank(defaultRecipe(), 32) };
    const full = withPhrase(lora, 'method=full');
    expect(full.recipe.method).toEqual({ kind: 'full', frozenLayers: 0 });
    expect(withPhrase(full, 'method=lora&rank=2').recipe.method).toMatchObject({ rank: 2 });
    expect(withPhrase(lora, 'method=lora').recipe.method).toMatchObject({ rank: 8 });
  });

  it('that cannot be read changes nothing', () => {
    expect(withPhrase(defaultState(), 'level=cellar')).toEqual(defaultState());
  });
});
