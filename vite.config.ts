import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';
import { liveServer } from './server/dev-plugin.ts';

export default defineConfig({
  plugins: [sveltekit(), liveServer()],
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
});
