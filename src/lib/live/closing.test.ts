import { expect, it } from 'vitest';
import { onDeviceClock, SUBMISSION_GRACE_MS, submitUntil, takesSubmissions } from './closing.ts';

it('takes submissions while a round runs and for two minutes after it (U-4, U-12)', () => {
  expect(submitUntil({ endedAt: null })).toBeNull();
  expect(takesSubmissions({ endedAt: null }, 1e15)).toBe(true);
  const ended = { endedAt: 1000 };
  expect(submitUntil(ended)).toBe(1000 + 120_000);
  expect(takesSubmissions(ended, 1000 + SUBMISSION_GRACE_MS)).toBe(true);
  expect(takesSubmissions(ended, 1001 + SUBMISSION_GRACE_MS)).toBe(false);
});

it('says until when by the clock that the student sees, however wrong that is (U-12)', () => {
  const [until, serverNow] = [500_000, 440_000];
  expect(onDeviceClock(until, serverNow, serverNow)).toBe(until);
  expect(onDeviceClock(until, serverNow, 9_000_000)).toBe(9_060_000);
});
