import { describe, expect, it } from 'vitest';
import { defaultMethod } from '../../engine/formats/recipe.ts';
import { defaultState } from './state.ts';
import { factorName, matricesSentence, pairCount, spectrumSentence } from './words.ts';

const lora = defaultMethod('lora');

describe('what the lab says (N-20, N-27)', () => {
  it('counts a pair as r (out + in), with a length a row under DoRA', () => {
    expect(pairCount([352, 128], lora)).toMatchObject({ trained: 8 * 480, whole: 352 * 128 });
    expect(pairCount([352, 128], { ...lora, dora: true }).trained).toBe(8 * 480 + 352);
  });

  it('says how often BA counts, with the numbers it comes from', () => {
    expect(factorName(lora)).toBe('α/r = 16/8 = 2');
    expect(factorName({ ...lora, rank: 16 })).toBe('α/r = 16/16 = 1');
    expect(factorName({ ...lora, rank: 16, scaling: 'rank-stabilised' })).toBe('α/√r = 16/√16 = 4');
  });

  it('says when no pair stands beside the matrix', () => {
    expect(matricesSentence(defaultState(), [128, 128], null, false)).toContain('No pair');
  });

  it('sums spectra up, a ΔW of zeros too', () => {
    const series = [
      { mark: 'own' as const, name: 'your run', values: [2, 1, 0, 0], rank: 2 },
      { mark: 'full' as const, name: 'full', values: [0, 0, 0, 0], rank: 0 },
    ];
    expect(spectrumSentence(defaultState(), 4, series)).toBe(
      'Singular values of ΔW of the query matrix q of block 0. Your run: 2 of 4 above rounding, 2 values hold 90.0 % of the energy, the first alone 80.0 %; full: ΔW is zero.',
    );
  });
});
