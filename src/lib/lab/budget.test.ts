import { expect, it } from 'vitest';
import { smallerBudget } from './budget.ts';

const at = (secondsPerStep: number, steps: number) =>
  smallerBudget(steps, { secondsPerStep, seconds: secondsPerStep * steps });

it('offers a slow device as many steps as it trains in two minutes, and a quick one nothing (L-22)', () => {
  expect(at(0.06, 300)).toBeNull();
  expect(at(0.4, 300)).toBeNull();
  expect(at(0.5, 300)).toBe(200);
  expect(at(2, 300)).toBe(60);
  expect(at(0.9, 300)).toBe(100);
  // Not even that would say anything.
  expect(at(30, 300)).toBeNull();
  expect(smallerBudget(300, null)).toBeNull();
});
