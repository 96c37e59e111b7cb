import adapter from '@sveltejs/adapter-node';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { withQuickCompression } from './scripts/lib/compress.mjs';

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
  kit: {
    adapter: withQuickCompression(adapter({ out: 'build' })),
    alias: { $server: 'server' },
    // Styles come with the page, some 9 KB compressed: it can be read as soon as it is there.
    inlineStyleThreshold: 16_384,
    // CSP needs a nonce or hashes for Kit's inline start script, so Kit writes the header itself.
    csp: {
      mode: 'auto',
      directives: {
        'default-src': ['self'],
        'script-src': ['self', 'wasm-unsafe-eval'],
        'worker-src': ['self', 'blob:'],
        'style-src': ['self', 'unsafe-inline'],
        'img-src': ['self', 'data:'],
        'font-src': ['self'],
        'connect-src': ['self', 'ws:', 'wss:'],
        'object-src': ['none'],
        'base-uri': ['self'],
        'form-action': ['self'],
        'frame-ancestors': ['none'],
      },
    },
    typescript: {
      config: (config) => {
        config.include.push(
          '../server/**/*.ts',
          '../scripts/**/*.ts',
          '../scripts/**/*.mjs',
          '../bench/**/*.ts',
          '../*.config.ts',
        );
        return config;
      },
    },
  },
};
