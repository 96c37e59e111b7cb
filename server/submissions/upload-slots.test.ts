import { expect, it } from 'vitest';
import { isRefusal } from '../refusal.ts';
import { UploadSlots } from './upload-slots.ts';

const statusOf = (work: () => unknown): number | null => {
  try {
    work();
    return null;
  } catch (error) {
    return isRefusal(error) ? error.status : NaN;
  }
};

it('lets a participant send two at a time, and the class thirty-two (U-8)', () => {
  const slots = new UploadSlots();
  const giveBack = slots.take('ada');
  slots.take('ada');
  expect(statusOf(() => slots.take('ada'))).toBe(429);
  giveBack();
  // Twice is once.
  giveBack();
  expect(statusOf(() => slots.take('ada'))).toBeNull();
  expect(statusOf(() => slots.take('ada'))).toBe(429);

  const others = Array.from({ length: 30 }, (_, i) => slots.take(`student ${i}`));
  expect(statusOf(() => slots.take('late'))).toBe(503);
  for (const done of others) done();
  expect(statusOf(() => slots.take('late'))).toBeNull();
});
