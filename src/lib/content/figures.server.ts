/** Draws the static figures of lessons: nothing moves in them, so that once is enough. */
import { render } from 'svelte/server';
import { figureNamed } from './figure-components.ts';

const drawn = new Map<string, string>();

/** @param name as the build has found it in the lesson */
export function drawFigure(name: string): string {
  const known = drawn.get(name);
  if (known !== undefined) return known;
  const { body } = render(figureNamed(name), { idPrefix: name });
  // Rendering marks its ends by comments; here they are the page's business.
  const html = body.replaceAll(/<!--.*?-->/gs, '');
  drawn.set(name, html);
  return html;
}
