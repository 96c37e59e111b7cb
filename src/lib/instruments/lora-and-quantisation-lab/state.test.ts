import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultRecipe, LINEAR_MODULES, QUANTISATIONS } from '../../engine/formats/recipe.ts';
import { withRank } from '../../lab/recipe-edit.ts';
import {
  defaultState,
  FORMATS,
  fromQuery,
  toQuery,
  VIEWS,
  withPhrase,
  withRun,
  type LoraRecipe,
  type LoraState,
} from './state.ts';

const states: fc.Arbitrary<LoraState> = fc.record({
  view: fc.constantFrom(...VIEWS),
  layer: fc.nat({ max: 90 }),
  module: fc.constantFrom(...LINEAR_MODULES),
  format: fc.constantFrom(...FORMATS),
  run: fc.option(fc.uuid()),
  recipe: fc
    .record({
      rank: fc.integer({ min: 1, max: 64 }),
      quantisation: fc.constantFrom(...QUANTISATIONS),
      dora: fc.boolean(),
      scaling: fc.constantFrom('standard' as const, 'rank-stabilised' as const),
    })
    .map(({ rank, quantisation, dora, scaling }): LoraRecipe => {
      const recipe = withRank(defaultState().recipe, rank) as LoraRecipe;
      return { ...recipe, quantisation, method: { ...recipe.method, dora, scaling } };
    }),
});
const read = (query: string) => fromQuery(new URLSearchParams(query));

describe('the address of the LoRA lab (N-25)', () => {
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

  it('names what it cannot read and goes on with the rest', () => {
    const { state, problems } = read(
      'view=cellar&layer=-1&module=z&format=fp32&run=%3Cb%3E&rank=900&alpha=4',
    );
    expect(problems).toHaveLength(6);
    expect(state).toMatchObject({ ...defaultState(), recipe: { method: { rank: 8, alpha: 4 } } });
  });

  it('says that other methods are not trained here, and keeps the base', () => {
    const { state, problems } = read('method=full&base=small&task=spam');
    expect(problems).toEqual(['method=full is not trained here. It is lora.']);
    expect(state.recipe).toMatchObject({
      base: { id: 'small' },
      task: 'spam',
      method: { kind: 'lora', rank: 8 },
      optimiser: { learningRate: 0.003 },
    });
  });
});

describe('a run that is shown (N-24, N-25)', () => {
  const state = withPhrase(defaultState(), 'rank=4&quantisation=int4');

  it('sets the controls to its recipe where that is LoRA', () => {
    const { recipe } = withPhrase(defaultState(), 'rank=2&quantisation=nf4');
    expect(withRun(state, 'a', recipe)).toEqual({ ...state, run: 'a', recipe, format: 'nf4' });
  });

  it('of full fine-tuning sets them to its base, task and format', () => {
    const full = { ...defaultRecipe('full'), task: 'spam', sequenceLength: 96, seed: 5 };
    const { recipe } = withRun(state, 'a', { ...full, base: { id: 'small', weights: 'random' } });
    expect(recipe).toEqual({
      ...state.recipe,
      base: { id: 'small', weights: 'random' },
      task: 'spam',
      sequenceLength: 96,
      quantisation: 'fp32',
      seed: 5,
    });
  });
});

describe('a phrase of the lesson (N-26)', () => {
  const elsewhere: LoraState = { ...defaultState(), view: 'spectrum', layer: 3, module: 'up_proj' };

  it('sets what it names and leaves the rest', () => {
    const next = withPhrase(elsewhere, 'rank=16');
    expect(next).toMatchObject({ view: 'spectrum', layer: 3, module: 'up_proj' });
    // A rank alone: alpha stays, so the factor halves, which is what the lesson is about.
    expect(next.recipe.method).toMatchObject({ rank: 16, alpha: 16 });
  });

  it('shows the codebook of the format that it stores the base in', () => {
    expect(withPhrase(elsewhere, 'quantisation=int4').format).toBe('int4');
    expect(withPhrase(elsewhere, 'quantisation=int4&format=nf4').format).toBe('nf4');
    expect(withPhrase(elsewhere, 'quantisation=fp32').format).toBe('nf4');
  });
});
