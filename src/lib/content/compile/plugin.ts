/**
 * Vite plugin: a lesson's Markdown is a module whose default export is the compiled lesson. A lesson with a fault
 * fails the build, with all of its faults, each at its file, line and column.
 */
import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import type { Plugin } from 'vite';
import { compileLesson } from './compile.ts';
import { readDisk } from './disk.ts';
import { createHighlight, type Highlight } from './highlight.ts';

const LESSON = /\/src\/lib\/content\/lessons\/[^/]+\.md$/;

export function lessons(): Plugin {
  let root = '';
  let highlight: Promise<Highlight> | null = null;
  return {
    name: 'rankroom:lessons',
    // Before others take Markdown for a file to serve.
    enforce: 'pre',
    configResolved: (config) => {
      root = config.root;
    },
    async load(id) {
      const path = id.replace(/\?.*$/, '').split(sep).join('/');
      if (!LESSON.test(path)) return null;
      const { context, files } = readDisk(root, await (highlight ??= createHighlight()));
      for (const file of files) this.addWatchFile(file);
      const file = relative(root, path).split(sep).join('/');
      const lesson = compileLesson(readFileSync(path, 'utf8'), file, context);
      return `export default ${JSON.stringify(lesson)};`;
    },
    hotUpdate({ file, server }) {
      if (LESSON.test(file.split(sep).join('/'))) server.ws.send({ type: 'full-reload' });
    },
  };
}
