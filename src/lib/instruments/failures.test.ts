import { expect, it } from 'vitest';
import { Failures } from './failures.svelte.ts';

it('keeps a failure until that very thing has arrived or all is tried again (N-5, N-23)', () => {
  const failures = new Failures<'text' | 'weight'>();
  failures.set('weight', 'No weight.');
  failures.forget('text');
  expect(failures.first).toBe('No weight.');
  failures.set('text', 'No text.');
  failures.forget('weight');
  expect(failures.first).toBe('No text.');
  failures.forgetAll();
  expect(failures.first).toBeNull();
});
