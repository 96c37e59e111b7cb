import { expect, it } from 'vitest';
import { RunBeginnings } from './run-beginnings.ts';

function storage(items: Record<string, string> = {}) {
  return {
    getItem: (key: string) => items[key] ?? null,
    setItem: (key: string, value: string) => void (items[key] = value),
  };
}

it('remembers where each run began over a reload, by its session (S-18)', () => {
  const disk = storage();
  const page = new RunBeginnings('ABC234', disk);
  page.note('a', 3);
  page.note('a', 9);
  expect(page.of('a')).toBe(3);
  expect(new RunBeginnings('ABC234', disk).of('a')).toBe(3);
  expect(new RunBeginnings('XYZ234', disk).of('a')).toBeUndefined();
});

it('does without storage, and with storage that holds or does anything else', () => {
  const none = new RunBeginnings('ABC234', null);
  none.note('a', 1);
  expect(none.of('a')).toBe(1);
  for (const text of ['{', '7', '[["a"],1]'])
    expect(new RunBeginnings('ABC234', storage({ 'rankroom:begun:ABC234': text })).of('a')).toBe(
      undefined,
    );
  const page = new RunBeginnings('ABC234', {
    getItem: () => null,
    setItem: () => {
      throw new Error('full');
    },
  });
  page.note('a', 1);
  expect(page.of('a')).toBe(1);
});
