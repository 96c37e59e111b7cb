import { describe, expect, it } from 'vitest';
import { defaultRecipe } from '../../engine/formats/recipe.ts';
import { readingOf, recordedReading, stillOf } from './reading.ts';

const recipe = defaultRecipe();
const random = { ...recipe, base: { ...recipe.base, weights: 'random' as const }, seed: 3 };

describe('what a reading is of, beside what is asked (N-2)', () => {
  const shown = readingOf(recipe, 'a cat');

  it('is said in every respect in which the two differ', () => {
    expect(stillOf(shown, readingOf(recipe, 'a dog'))).toBe('Still of “a cat”.');
    const packed = { ...recipe, quantisation: 'nf4' as const };
    expect(stillOf(shown, readingOf(packed, 'a cat'))).toBe('Still of matrices in fp32.');
    expect(stillOf(readingOf(packed, 'a cat'), readingOf(random, 'a dog'))).toBe(
      'Still of “a cat”, matrices in NF4, pretrained weights.',
    );
    expect(stillOf(readingOf(random, 'a cat'), readingOf({ ...random, seed: 4 }, 'a cat'))).toBe(
      'Still of random weights of seed 3.',
    );
  });

  it('is nothing where they are one, whatever seed pretrained weights have and what is trained', () => {
    expect(stillOf(shown, readingOf({ ...defaultRecipe('full'), seed: 9 }, 'a cat'))).toBeNull();
    expect(stillOf(recordedReading(recipe.base.id, 'a cat'), shown)).toBeNull();
  });
});
