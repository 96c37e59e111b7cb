import { describe, expect, it } from 'vitest';
import { describeForgetting, formatForgetting } from './forgetting.ts';

describe('forgetting in words (L-19)', () => {
  it('says how much the loss on general English rose, and what that means', () => {
    expect(describeForgetting({ before: 3.36, after: 5.1 })).toBe(
      'General English: 3.36 → 5.10 nats per token: it forgot; its perplexity there is 5.70 times what it was.',
    );
    expect(describeForgetting({ before: 3.36, after: 3.4 })).toContain('it forgot a little');
    expect(describeForgetting({ before: 3.36, after: 9 })).toContain('is 281 times');
  });

  it('says so when nothing was forgotten', () => {
    expect(describeForgetting({ before: 3.36, after: 3.36 })).toMatch(/: it forgot nothing\.$/);
    expect(describeForgetting({ before: 3.36, after: 3.2 })).toContain('better than before');
  });

  it('signs the rise, and has a dash where nothing was measured', () => {
    expect(formatForgetting({ before: 3, after: 3.425 })).toBe('+0.42');
    expect(formatForgetting({ before: 3, after: 2.5 })).toBe('−0.50');
    expect(formatForgetting({ before: 3, after: 3.001 })).toBe('±0.00');
    for (const missing of [null, undefined]) {
      expect(formatForgetting(missing)).toBe('–');
      expect(describeForgetting(missing)).toBeNull();
    }
  });
});
