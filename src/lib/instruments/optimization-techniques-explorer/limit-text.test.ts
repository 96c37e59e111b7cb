import { expect, it } from 'vitest';
import { limitOf } from './limit-text.ts';

it('leaves a limit as it was until what is typed over it is a number above zero (N-12)', () => {
  const typed = ['0', '0.', '0.0', '0.05', '0.050', '12.', '12.5'];
  expect(typed.map(limitOf)).toEqual([undefined, undefined, undefined, 0.05, 0.05, 12, 12.5]);
});

it('takes a limit away only when nothing is left of it', () => {
  expect(['', '  '].map(limitOf)).toEqual([null, null]);
  expect(['-1', 'much', '1e3', '.'].map(limitOf)).toEqual(new Array(4).fill(undefined));
});
