/**
 * On WebGPU every node of a training step must run there: one that falls back to the CPU copies its tensors off the
 * GPU and back at every step. ONNX Runtime says where it placed each node in its verbose log, which is read here.
 * The adapter is SwiftShader, because placement depends on kernels and not on the device.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { chromium, expect, test, type Page } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/lib/chromium.mjs';
import {
  defaultMethod,
  LINEAR_MODULES,
  QUANTISATIONS,
  type Method,
} from '../../src/lib/engine/formats/recipe.ts';
import { tinyModel, tinyRecipe } from '../../src/lib/engine/testing/tiny.ts';
import { buildEvaluation, buildTrainingStep } from '../../src/lib/engine/train/classifier.ts';

const ORIGIN = 'http://localhost:1';
const PAGE = `<!doctype html><title>Placement</title><script type="module">
  import * as ort from '/ort/ort.webgpu.min.mjs';
  ort.env.logLevel = 'verbose';
  ort.env.wasm.numThreads = 1;
  window.createSession = async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const options = { executionProviders: ['webgpu'], logSeverityLevel: 0 };
    await (await ort.InferenceSession.create(bytes, options)).release();
  };
</script>`;

declare global {
  interface Window {
    /** Defined by {@link PAGE}; takes a model as base64. */
    createSession: (model: string) => Promise<void>;
  }
}

const LORA: Method = { ...defaultMethod('lora'), rank: 2, alpha: 4, targets: [...LINEAR_MODULES] };
const recipes = [
  ...QUANTISATIONS.map((quantisation) => tinyRecipe(LORA, { quantisation })),
  tinyRecipe(defaultMethod('full')),
  tinyRecipe({ kind: 'head' }),
];

test('E-6: no node of a training step or an evaluation leaves the GPU', async () => {
  const browser = await chromium.launch({
    executablePath: findChromium() ?? undefined,
    args: [...CHROMIUM_ARGS, '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  });
  try {
    const page = await browser.newPage();
    await serveOrt(page);
    let log: string[] = [];
    page.on('console', (message) => log.push(message.text()));
    await page.goto(ORIGIN);
    const base = tinyModel();
    for (const recipe of recipes) {
      const spec = { config: base.config, base: base.weights, recipe, labels: 3, batchSize: 4 };
      for (const [what, model] of [
        ['training step', buildTrainingStep(spec, recipe.optimiser)],
        ['evaluation', buildEvaluation(spec)],
      ] as const) {
        log = [];
        await page.evaluate(
          (bytes) => window.createSession(bytes),
          Buffer.from(model).toString('base64'),
        );
        const placements = log.filter((line) => /placed on \[/.test(line));
        const name = `${recipe.method.kind} ${recipe.quantisation}: ${what}`;
        expect(placements, name).toHaveLength(1);
        expect(placements[0], name).toContain('All nodes placed on [WebGpuExecutionProvider]');
      }
    }
  } finally {
    await browser.close();
  }
});

/** Answers the page and ONNX Runtime's files from disk: `localhost` is a secure context without a server. */
async function serveOrt(page: Page): Promise<void> {
  const dist = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/webgpu'));
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (!pathname.startsWith('/ort/'))
      return route.fulfill({ contentType: 'text/html', body: PAGE });
    const file = pathname.slice('/ort/'.length);
    await route.fulfill({
      contentType: file.endsWith('.wasm') ? 'application/wasm' : 'text/javascript',
      body: await readFile(join(dist, file)),
    });
  });
}
