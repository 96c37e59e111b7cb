import { describe, expect, it } from 'vitest';
import { binPredictions, formatPrediction, medianOf, tallyPoll } from './tally.ts';

describe('what a class answered', () => {
  it('counts a poll by option and marks the right one (S-28)', () => {
    const tally = tallyPoll({ options: ['a', 'b', 'c'], correct: 1 }, [1, 1, 0, 1]);
    expect(tally).toEqual([
      { label: 'a', count: 1, share: 0.25, right: false },
      { label: 'b', count: 3, share: 0.75, right: true },
      { label: 'c', count: 0, share: 0, right: false },
    ]);
    expect(tallyPoll({ options: ['a', 'b'], correct: null }, []).map(({ share }) => share)).toEqual(
      [0, 0],
    );
  });

  it('puts every prediction into a bin, both ends of the range too', () => {
    const bins = binPredictions({ min: 0, max: 1 }, [0, 0.049, 0.05, 0.5, 1]);
    expect(bins).toHaveLength(20);
    expect(bins.map(({ count }) => count).filter(Boolean)).toEqual([2, 1, 1, 1]);
    expect(bins[0]?.count).toBe(2);
    expect(bins[19]?.count).toBe(1);
  });

  it('knows the median', () => {
    expect(medianOf([])).toBeNull();
    expect(medianOf([3])).toBe(3);
    expect(medianOf([9, 1, 4, 2])).toBe(3);
  });

  it('writes a number as finely as its range is asked', () => {
    expect(formatPrediction({ min: 0, max: 1, unit: '' }, 0.8346)).toBe('0.83');
    expect(formatPrediction({ min: 0, max: 300, unit: 's' }, 42.4)).toBe('42 s');
  });
});
