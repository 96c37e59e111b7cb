import { describe, expect, it } from 'vitest';
import { nextBatch } from './study-account.ts';
import type { StudyRecord } from './study-record.ts';
import { noteWords } from './view/note-words.ts';

const records = (count: number, length: number): StudyRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    kind: 'note',
    lesson: 'a',
    section: `s${index}`,
    value: 'x'.repeat(length),
    updatedAt: 1,
  }));

describe('batches of study records (A-34)', () => {
  it('have at most a hundred, and fit a request', () => {
    expect(nextBatch(records(250, 10))).toHaveLength(100);
    expect(nextBatch(records(30, 20_000))).toHaveLength(5);
    expect(nextBatch([])).toEqual([]);
  });

  it('take one that is too large alone, so that it holds up no other', () => {
    expect(nextBatch(records(3, 200_000))).toHaveLength(1);
  });
});

it('a note says where it is kept, and never too early (A-31)', () => {
  const here = { isEmpty: false, unsent: true };
  const sent = { isEmpty: false, unsent: false };
  expect(noteWords('kept', 'none', sent)).toBe('Kept on this device.');
  expect(noteWords('kept', 'kept', sent)).toBe('Kept on this device and in your account.');
  // Typed a moment ago, and not sent yet.
  expect(noteWords('kept', 'kept', here)).toMatch(/on its way/);
  expect(noteWords('kept', 'unreachable', here)).toMatch(/your account gets it later/);
  expect(noteWords('kept', 'unreachable', sent)).toMatch(/in your account\.$/);
  expect(noteWords('kept', 'signed-out', here)).toMatch(/when you sign in again/);
  expect(noteWords('blocked', 'kept', sent)).toMatch(/^Kept in your account/);
  expect(noteWords('blocked', 'kept', here)).toMatch(/lost with the page/);
  expect(noteWords('blocked', 'none', sent)).toMatch(/lost with the page/);
});
