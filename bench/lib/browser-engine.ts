/**
 * The product's engine worker in a real Chromium, driven from Node: what benches and measured tables run on.
 * Vite serves the worker's sources and `static/`, cross-origin isolated, as the built server does.
 */
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import type { Recipe } from '../../src/lib/engine/formats/recipe.ts';
import type { RunResult } from '../../src/lib/engine/train/events.ts';
import { CHROMIUM_ARGS, ensureChromium } from '../../scripts/lib/chromium.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** SwiftShader: WebGPU on the CPU, for correctness where there is no GPU. */
export const SOFTWARE_WEBGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

export interface BrowserEngine {
  chromium: string;
  run(recipe: Recipe, backend: 'webgpu' | 'wasm'): Promise<RunResult>;
  close(): Promise<void>;
}

export interface BrowserEngineOptions {
  /** Further arguments for Chromium. */
  args?: readonly string[];
  /** Serves only the first lines of each file that is evaluated on, for backends on which that takes minutes. */
  validationExamples?: number;
}

export async function openBrowserEngine({
  args = [],
  validationExamples,
}: BrowserEngineOptions = {}): Promise<BrowserEngine> {
  const vite = await createServer({
    root,
    configFile: false,
    publicDir: 'static',
    cacheDir: '.rankroom/bench-vite',
    server: { port: 0, host: 'localhost', headers: ISOLATED, hmr: false, watch: null },
    worker: { format: 'es' },
    optimizeDeps: { noDiscovery: true, exclude: ['onnxruntime-web'] },
    logLevel: 'warn',
  });
  await vite.listen();
  const browser = await chromium.launch({
    executablePath: await ensureChromium(),
    args: [...CHROMIUM_ARGS, ...args],
  });
  const page = await browser.newPage();
  if (validationExamples !== undefined)
    await page.context().route(/\/(validation|general-english)\.jsonl$/, async (route) => {
      const response = await route.fetch();
      const lines = (await response.text()).split('\n').slice(0, validationExamples);
      await route.fulfill({ response, body: lines.join('\n') });
    });
  page.on('pageerror', (error) => console.error(error));
  await page.goto(`${vite.resolvedUrls!.local[0]}bench/lib/page.html`);
  return {
    chromium: browser.version(),
    async run(recipe, backend) {
      const { artifact, ...rest } = await page.evaluate(([r, b]) => window.runInWorker(r, b), [
        recipe,
        backend,
      ] as const);
      return { ...rest, artifact: new Uint8Array(Buffer.from(artifact, 'base64')) };
    },
    async close() {
      await browser.close();
      await vite.close();
    },
  };
}
