import { expect, it } from 'vitest';
import { LAB } from './run-store.ts';
import { describeInterruption } from './run-words.ts';

it('says of the lab’s interrupted runs nothing about rounds, which it has none of (K-3)', () => {
  expect(describeInterruption({ end: 'none', code: LAB })).not.toContain('round');
  expect(describeInterruption({ end: 'none', code: 'ABC234' })).toContain('not for the round');
});
