import { describe, expect, it } from 'vitest';
import { collate, evaluationBatches, trainingBatches } from './batches.ts';

const examples = Array.from({ length: 10 }, (_, i) => ({ ids: [1, 10 + i], label: i }));
const labels = (count: number, seed: number) => {
  const batches = trainingBatches(examples, 4, 4, 0, seed);
  return Array.from({ length: count }, () => [...batches.next().value.labels]).flat();
};

describe('batches', () => {
  it('pads on the right and points at the last real token', () => {
    const batch = collate([{ ids: [1, 5, 6], label: 2 }], 2, 4, 0);
    expect([...batch.ids]).toEqual([1, 5, 6, 0, 0, 0, 0, 0]);
    expect([...batch.last]).toEqual([2, 4]);
    expect([...batch.weights]).toEqual([1, 0]);
  });

  it('repeats its order for a seed and changes it for another', () => {
    expect(labels(8, 1)).toEqual(labels(8, 1));
    expect(labels(8, 1)).not.toEqual(labels(8, 2));
  });

  it('shows every example once per epoch', () => {
    const seen = labels(5, 3); // two epochs
    expect(seen.slice(0, 10).toSorted((a, b) => a - b)).toEqual([...Array(10).keys()]);
    expect(seen.slice(10).toSorted((a, b) => a - b)).toEqual([...Array(10).keys()]);
  });

  it('covers every example once in evaluation', () => {
    const batches = [...evaluationBatches(examples, 4, 4, 0)];
    expect(batches.map(({ count }) => count)).toEqual([4, 4, 2]);
    expect(batches.flatMap(({ labels: l, count }) => [...l].slice(0, count))).toEqual([
      ...Array(10).keys(),
    ]);
  });
});
