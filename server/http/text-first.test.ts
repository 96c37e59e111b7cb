/** Text first: what a page says before it asks for its scripts. */
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { textFirst } from './text-first.ts';

const START =
  'Promise.all([import("./_app/immutable/entry/start.a.js"), import("./_app/immutable/entry/app.b.js")])';
const PAGE = `<head><script nonce="abc">theme()</script></head><body><p>The lesson.</p><script nonce="abc">${START}</script></body></html>`;

/** The page's scripts, run in their order where nothing but their world is. */
async function bringToLife(html: string) {
  const links: object[] = [];
  const imported: string[] = [];
  let paint: (painted: string[]) => void = () => {};
  class PerformanceObserver {
    constructor(act: (list: { getEntriesByName(name: string): unknown[] }) => void) {
      paint = (painted) =>
        act({ getEntriesByName: (name) => painted.filter((one) => one === name) });
    }
    observe() {}
  }
  const world = {
    theme: () => {},
    load: (path: string) => imported.push(path),
    // The longest wait is not waited for.
    setTimeout: (act: () => void, after = 0) => after === 0 && setTimeout(act),
    PerformanceObserver,
    document: { createElement: () => ({}), head: { append: (link: object) => links.push(link) } },
  };
  const code = [...html.matchAll(/<script nonce="abc">([^<]*)<\/script>/g)].map(([, one]) => one);
  // A context of its own has no modules.
  runInNewContext(code.join(';\n').replaceAll('import(', 'load('), world);
  const settle = () => new Promise((resolve) => setTimeout(resolve, 20));
  paint(['first-paint']);
  await settle();
  const before = { links: [...links], imported: [...imported] };
  paint(['first-contentful-paint']);
  await settle();
  return { before, links, imported };
}

test('scripts are named and asked for once the text is shown, styles where Kit names them (A-16)', async () => {
  const { preload, transformPageChunk } = textFirst(true);
  expect(preload({ type: 'js', path: './a.js' })).toBe(false);
  expect(preload({ type: 'js', path: './b$&</script>.js' })).toBe(false);
  expect(preload({ type: 'css', path: './a.css' })).toBe(true);
  expect(preload({ type: 'font', path: './a.woff2' })).toBe(false);
  const html = (await transformPageChunk({ html: PAGE, done: true })) ?? '';
  expect(html).toContain('<p>The lesson.</p>');

  const { before, links, imported } = await bringToLife(html);
  expect(before).toEqual({ links: [], imported: [] });
  expect(links).toEqual([
    { rel: 'modulepreload', href: './a.js' },
    { rel: 'modulepreload', href: './b$&</script>.js' },
  ]);
  expect(imported).toEqual([
    './_app/immutable/entry/start.a.js',
    './_app/immutable/entry/app.b.js',
  ]);
});

test('a page that is there to be used does not wait (A-16)', async () => {
  const { preload, transformPageChunk } = textFirst(false);
  preload({ type: 'js', path: './a.js' });
  const { before } = await bringToLife(
    (await transformPageChunk({ html: PAGE, done: true })) ?? '',
  );
  expect(before.links).toHaveLength(1);
  expect(before.imported).toHaveLength(2);
});

test('a part of a page that is not its end, and a page without scripts, stay as they are (A-16)', async () => {
  const { preload, transformPageChunk } = textFirst(true);
  expect(await transformPageChunk({ html: PAGE, done: true })).toBe(PAGE);
  preload({ type: 'js', path: './a.js' });
  expect(await transformPageChunk({ html: '<p>one</p>', done: false })).toBe('<p>one</p>');
});
