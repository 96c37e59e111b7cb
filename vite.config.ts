import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';
import { liveServer } from './server/dev-plugin.ts';
import { lessons } from './src/lib/content/compile/plugin.ts';

/**
 * What most pages need travels in few files: a chunk for each small component costs a phone more round trips than
 * its bytes. The lesson's figures are drawn on one page.
 */
const CHUNKS = [
  { name: 'framework', test: /node_modules[\\/](?:svelte|@sveltejs|esm-env|clsx|devalue)[\\/]/ },
  { name: 'ui', test: /src[\\/]lib[\\/]ui[\\/](?!QrCode)/ },
  { name: 'figures', test: /src[\\/]lib[\\/]content[\\/]figures[\\/]/ },
];

export default defineConfig(({ isSsrBuild }) => ({
  plugins: [lessons(), sveltekit(), liveServer()],
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  build: isSsrBuild ? {} : { rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } } },
}));
