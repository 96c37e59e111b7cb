import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatFixed,
  formatRate,
  formatShare,
  formatStepTime,
  plural,
} from './format.ts';

describe('formatting', () => {
  it('groups counts by thousands', () => {
    expect(formatCount(1_323_264)).toBe('1,323,264');
    expect(formatCount(-12_345.5)).toBe('-12,345');
    expect([0, 999, 1000, 999_999.6].map(formatCount)).toEqual(['0', '999', '1,000', '1,000,000']);
  });

  it('shows a dash for a number that is not there', () => {
    expect(formatFixed(null)).toBe('–');
    expect(formatFixed(Number.NaN)).toBe('–');
    expect(formatFixed(0.75)).toBe('0.750');
  });

  it('never writes 1000 of a unit', () => {
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(999)).toBe('999 B');
    expect(formatBytes(999_960)).toBe('1.0 MB');
    expect(formatBytes(2_400_000)).toBe('2.4 MB');
    expect(formatBytes(130_000)).toBe('130 kB');
  });

  it('writes the time of a step in the unit it is read in', () => {
    expect(formatStepTime(0.058)).toBe('58 ms');
    expect(formatStepTime(0.0042)).toBe('4.2 ms');
    expect(formatStepTime(1.26)).toBe('1.3 s');
    expect(formatStepTime(0.9999)).toBe('1.0 s');
  });

  it('does not round something to nothing', () => {
    expect(formatShare(0.0569)).toBe('5.7 %');
    expect(formatShare(0.0002)).toBe('< 0.1 %');
    expect(formatShare(0)).toBe('0.0 %');
    expect(formatShare(1)).toBe('100 %');
  });

  it('writes durations in two units at most', () => {
    expect(formatDuration(7.6)).toBe('8 s');
    expect(formatDuration(65)).toBe('1 min 05 s');
    expect(formatDuration(7800)).toBe('2 h 10 min');
    expect(formatDuration(Number.POSITIVE_INFINITY)).toBe('–');
  });

  it('keeps learning rates short', () => {
    expect(formatRate(0.003)).toBe('0.003');
    expect(formatRate(0.00001)).toBe('1e-5');
    expect(formatRate(0.000025)).toBe('2.5e-5');
  });

  it('counts in words', () => {
    expect(plural(1, 'student')).toBe('1 student');
    expect(plural(1200, 'student')).toBe('1,200 students');
  });
});
