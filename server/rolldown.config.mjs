/**
 * Bundles the production server and the verifier's process. Packages stay external: PGlite finds its data
 * file, and onnxruntime-node its binary, only beside their own modules.
 */
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: {
    index: './server/index.ts',
    'verifier-child': './server/verifier/child.ts',
    'verifier-watchdog': './server/verifier/watchdog.mjs',
  },
  platform: 'node',
  external: (id) => !id.startsWith('.') && !id.startsWith('/'),
  output: {
    dir: 'build-server',
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    cleanDir: true,
  },
});
