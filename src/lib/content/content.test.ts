import { describe, expect, it } from 'vitest';
import { findLesson, LESSONS } from './course.ts';
import { findInstrument, INSTRUMENTS } from './instruments.ts';

describe('lessons', () => {
  it('are eleven, numbered in order, each with a slug of its own', () => {
    expect(LESSONS.map(({ number }) => Number(number))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
    expect(new Set(LESSONS.map(({ slug }) => slug)).size).toBe(11);
  });

  it('know their neighbours', () => {
    const first = findLesson(LESSONS[0]!.slug);
    expect(first?.previous).toBeNull();
    expect(first?.next?.number).toBe('02');
    expect(findLesson(LESSONS[10]!.slug)?.next).toBeNull();
    expect(findLesson('no-such-lesson')).toBeNull();
  });
});

describe('instruments', () => {
  it('are found by slug only', () => {
    for (const { slug } of INSTRUMENTS) expect(findInstrument(slug)?.slug).toBe(slug);
    expect(findInstrument('toString')).toBeNull();
  });
});
