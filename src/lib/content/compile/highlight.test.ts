import { expect, it } from 'vitest';
import { createHighlight } from './highlight.ts';

it('says what a token is by a class, and leaves plain text plain (A-4)', async () => {
  const highlight = await createHighlight();
  const html = highlight('rank = "4"  # <few>\nreturn rank', 'python');
  expect(html).toContain('<span class="t-string-expression"> "4"</span>');
  expect(html).toContain('# &#x3C;few></span>');
  expect(html).not.toMatch(/style=|<br>/);
  expect(html.split('\n')).toHaveLength(2);
});
