/**
 * ONNX Runtime on WebGPU in a page, driven from Node: a {@link Runtime} whose sessions and tensors stay in the page. The
 * engine then runs here, as in any test, and its graphs run there. The adapter is SwiftShader, because where
 * nodes are placed and what they compute depends on kernels and not on the device.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { chromium, type Page } from 'playwright';
import ts from 'typescript';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/lib/chromium.mjs';
import type { Feed, Held, HostTensor, Runtime } from '../../src/lib/engine/runtime/runtime.ts';
import type { SeenMemory } from '../../src/lib/engine/train/events.ts';

/** The engine's own meter, as the lab's worker has it. */
const GPU_MEMORY = new URL('../../src/lib/engine/runtime/gpu-memory.ts', import.meta.url);
const ORIGIN = 'http://localhost:1';
const PAGE = `<!doctype html><title>Sessions on WebGPU</title><script type="module">
  import { watchGpuMemory } from '/gpu-memory.js';
  import * as ort from '/ort/ort.webgpu.min.mjs';
  const memory = watchGpuMemory(globalThis);
  ort.env.logLevel = 'verbose';
  ort.env.wasm.numThreads = 1;
  const ARRAYS = { float32: Float32Array, int32: Int32Array };
  const sessions = [];
  const held = new Map();
  let named = 0;
  const bytesOf = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const base64Of = (data) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    let text = '';
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return btoa(text);
  };
  window.onWebGpu = {
    async create(model, keepOnDevice) {
      const preferredOutputLocation = Object.fromEntries(keepOnDevice.map((name) => [name, 'gpu-buffer']));
      const options = { executionProviders: ['webgpu'], logSeverityLevel: 0, preferredOutputLocation };
      return sessions.push(await ort.InferenceSession.create(bytesOf(model), options)) - 1;
    },
    async run(session, feeds) {
      const inputs = Object.fromEntries(
        Object.entries(feeds).map(([name, feed]) => [
          name,
          'held' in feed ? held.get(feed.held) : new ort.Tensor(feed.type, new ARRAYS[feed.type](bytesOf(feed.data).buffer), feed.shape),
        ]),
      );
      const outputs = await sessions[session].run(inputs, { logSeverityLevel: 3 });
      return Object.entries(outputs).map(([name, tensor]) => {
        held.set(++named, tensor);
        return { name, held: named, shape: tensor.dims, type: tensor.type };
      });
    },
    async read(name) {
      const tensor = held.get(name);
      return base64Of(tensor.location === 'cpu' ? tensor.data : await tensor.getData());
    },
    dispose(name) {
      held.get(name).dispose();
      held.delete(name);
    },
    release: (session) => sessions[session].release(),
    begin: () => memory.begin(),
    seen: () => memory.read(),
  };
</script>`;

type PlainFeed = { held: number } | { type: string; data: string; shape: readonly number[] };

declare global {
  interface Window {
    /** Defined by {@link PAGE}; bytes travel as base64. */
    onWebGpu: {
      create(model: string, keepOnDevice: readonly string[]): Promise<number>;
      run(
        session: number,
        feeds: Record<string, PlainFeed>,
      ): Promise<{ name: string; held: number; shape: number[]; type: string }[]>;
      read(held: number): Promise<string>;
      dispose(held: number): void;
      release(session: number): Promise<void>;
      begin(): void;
      seen(): SeenMemory;
    };
  }
}

/** Where ONNX Runtime placed a session's nodes, in its own words: one line where all are on one provider. */
export type Placements = readonly string[];

export interface PageRuntime extends Runtime {
  /** What the page's GPU holds; with `begin` the peak is of what follows. */
  seen(begin?: 'begin'): Promise<SeenMemory>;
  close(): Promise<void>;
}

/** @param onsession told of the placements of each session that is made */
export async function openPageRuntime(
  onsession: (placements: Placements) => void = () => {},
): Promise<PageRuntime> {
  const browser = await chromium.launch({
    executablePath: findChromium() ?? undefined,
    args: [...CHROMIUM_ARGS, '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  });
  const page = await browser.newPage();
  await serveOrt(page);
  let log: string[] = [];
  page.on('console', (message) => log.push(message.text()));
  await page.goto(ORIGIN);
  return {
    choice: { backend: 'webgpu', threads: 1, reason: 'SwiftShader in a page' },
    async createSession(model, { keepOnDevice = [] } = {}) {
      log = [];
      const session = await page.evaluate(([bytes, kept]) => window.onWebGpu.create(bytes, kept), [
        base64(model),
        keepOnDevice,
      ] as const);
      onsession(log.filter((line) => /placed on \[/.test(line)));
      return {
        async run(feeds) {
          const plain = Object.fromEntries(
            Object.entries(feeds).map(([name, feed]) => [name, plainFeed(feed)]),
          );
          const outputs = await page.evaluate(([at, given]) => window.onWebGpu.run(at, given), [
            session,
            plain,
          ] as const);
          return Object.fromEntries(
            outputs.map(({ name, held, shape }) => [name, new PageTensor(page, held, shape)]),
          );
        },
        release: () => page.evaluate((at) => window.onWebGpu.release(at), session),
      };
    },
    seen: (begin) =>
      page.evaluate((anew) => {
        if (anew) window.onWebGpu.begin();
        return window.onWebGpu.seen();
      }, begin === 'begin'),
    close: () => browser.close(),
  };
}

class PageTensor implements Held {
  constructor(
    private readonly page: Page,
    readonly held: number,
    readonly shape: readonly number[],
  ) {}

  async read(): Promise<Float32Array> {
    return new Float32Array(await this.#bytes());
  }
  async readExact(): Promise<Float64Array> {
    return Float64Array.from(await this.read());
  }
  async readWhole(): Promise<Int32Array> {
    return new Int32Array(await this.#bytes());
  }
  dispose(): void {
    void this.page.evaluate((held) => window.onWebGpu.dispose(held), this.held);
  }

  async #bytes(): Promise<ArrayBuffer> {
    const text = await this.page.evaluate((held) => window.onWebGpu.read(held), this.held);
    return Uint8Array.from(Buffer.from(text, 'base64')).buffer;
  }
}

function plainFeed(feed: HostTensor | Held): PlainFeed {
  if (feed instanceof PageTensor) return { held: feed.held };
  const { data, shape } = feed as HostTensor;
  return { type: data instanceof Int32Array ? 'int32' : 'float32', data: base64(data), shape };
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array | Feed): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

async function script(file: URL): Promise<string> {
  const options = {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  };
  return ts.transpileModule(await readFile(file, 'utf8'), options).outputText;
}

/** Answers the page and ONNX Runtime's files from disk: `localhost` is a secure context without a server. */
async function serveOrt(page: Page): Promise<void> {
  const dist = dirname(createRequire(import.meta.url).resolve('onnxruntime-web/webgpu'));
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/gpu-memory.js')
      return route.fulfill({ contentType: 'text/javascript', body: await script(GPU_MEMORY) });
    if (!pathname.startsWith('/ort/'))
      return route.fulfill({ contentType: 'text/html', body: PAGE });
    const file = pathname.slice('/ort/'.length);
    await route.fulfill({
      contentType: file.endsWith('.wasm') ? 'application/wasm' : 'text/javascript',
      body: await readFile(join(dist, file)),
    });
  });
}
