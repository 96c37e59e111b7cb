/**
 * Code as HTML in which a class says what a token is; the colours are the theme's (`view/code.css`). Made at build
 * time: no highlighter and no script reaches a reader.
 */
import { createCssVariablesTheme, createHighlighter, type BundledLanguage } from 'shiki';

export const LANGUAGES = [
  'bash',
  'diff',
  'javascript',
  'json',
  'markdown',
  'python',
  'sql',
  'typescript',
  'yaml',
] as const satisfies BundledLanguage[];
/** Shown as it is. */
export const PLAIN = 'text';

/** @returns the HTML of the lines of a `<code>` */
export type Highlight = (code: string, language: string) => string;

/** Shiki names a colour by a custom property; a class is shorter and lets print have its own. */
const COLOUR = /style="color:var\(--token-(?:token-)?([a-z-]+)\)"/g;

/** What has the colour of the text around it needs no element. */
const PLAIN_TOKEN = /<span class="t-(?:foreground|punctuation)">([^<]*)<\/span>/g;

export async function createHighlight(): Promise<Highlight> {
  const theme = createCssVariablesTheme({ name: 'tokens', variablePrefix: '--token-' });
  const highlighter = await createHighlighter({ themes: [theme], langs: [...LANGUAGES] });
  return (code, language) => {
    const html = highlighter.codeToHtml(code, {
      lang: language,
      theme: 'tokens',
      structure: 'inline',
    });
    return html
      .replaceAll(COLOUR, 'class="t-$1"')
      .replaceAll(PLAIN_TOKEN, '$1')
      .replaceAll('<br>', '\n');
  };
}
