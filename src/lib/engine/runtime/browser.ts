/**
 * Runs graphs on onnxruntime-web: on WebGPU where a hardware adapter answers, else on WASM.
 *
 * The two builds of ONNX Runtime are loaded on demand, by whoever bundles the worker: their files' URLs are the
 * bundler's business. Both URLs must be given even on one thread, or a threaded build hangs without a word.
 */
import type { Env } from 'onnxruntime-common';
import type { BackendChoice } from '../train/events.ts';
import { ortRuntime, type OrtModule } from './ort.ts';
import type { MemoryMeter, Runtime } from './runtime.ts';

export interface OrtBuild {
  load(): Promise<OrtModule & { env: Env }>;
  wasm: string;
  mjs: string;
}

export interface BrowserRuntimeOptions {
  builds: { webgpu: OrtBuild; wasm: OrtBuild };
  /** Overrides the choice; a backend that is not there falls back, and the reason says so. */
  prefer?: 'webgpu' | 'wasm';
  /** The sentence that says why WASM is preferred. */
  because?: string;
  /** Called when the GPU device is lost while sessions are open; nothing runs on this runtime afterwards. */
  onlost?: (message: string) => void;
  /** Sees the GPU's memory; it must be there before a build is loaded. */
  gpuMemory?: MemoryMeter | null;
}

/** More threads than this gain nothing on matrices as small as the lab's. */
const MAX_THREADS = 4;

/** The parts of WebGPU used here; TypeScript's DOM types do not have them yet. */
interface GpuAdapter {
  info?: { isFallbackAdapter?: boolean; vendor?: string; architecture?: string };
}
interface GpuDevice {
  lost: Promise<{ message: string }>;
}
interface GpuNavigator {
  gpu?: { requestAdapter(): Promise<GpuAdapter | null> };
}

export async function createBrowserRuntime({
  builds,
  prefer,
  because = 'WASM was asked for.',
  onlost,
  gpuMemory,
}: BrowserRuntimeOptions): Promise<Runtime> {
  const choice = prefer === 'wasm' ? wasmChoice(because) : await chooseBackend(prefer);
  const build = choice.backend === 'webgpu' ? builds.webgpu : builds.wasm;
  const ort = await build.load();
  ort.env.wasm.numThreads = choice.threads;
  ort.env.wasm.wasmPaths = { wasm: build.wasm, mjs: build.mjs };
  const runtime = ortRuntime(ort, choice, { executionProviders: [choice.backend] });
  if (choice.backend !== 'webgpu') return runtime;
  const seeing = gpuMemory ? { ...runtime, memory: gpuMemory } : runtime;
  return onlost ? watched(seeing, ort.env, onlost) : seeing;
}

/** A device that goes while no session is open was let go by ONNX Runtime itself, and the next session makes one. */
function watched(runtime: Runtime, env: Env, onlost: (message: string) => void): Runtime {
  const known = new WeakSet<GpuDevice>();
  let open = 0;
  return {
    ...runtime,
    async createSession(...args) {
      const session = await runtime.createSession(...args);
      open++;
      const device = (await env.webgpu.device) as unknown as GpuDevice;
      if (!known.has(device)) {
        known.add(device);
        void device.lost.then(({ message }) => {
          if (open > 0) onlost(message || 'The GPU was lost.');
        });
      }
      return {
        run: (feeds) => session.run(feeds),
        release() {
          open--;
          return session.release();
        },
      };
    },
  };
}

async function chooseBackend(prefer?: 'webgpu'): Promise<BackendChoice> {
  if (!globalThis.isSecureContext)
    return wasmChoice('This page is not a secure context, so the browser hides WebGPU.');
  const { gpu } = navigator as GpuNavigator;
  if (!gpu) return wasmChoice('This browser has no WebGPU.');
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (!adapter) return wasmChoice('No WebGPU adapter answered.');
  const { vendor = '', architecture = '', isFallbackAdapter = false } = adapter.info ?? {};
  const software = isFallbackAdapter || /swiftshader|llvmpipe/i.test(architecture);
  if (software && prefer !== 'webgpu')
    return wasmChoice('The only WebGPU adapter runs on the CPU, where WASM is faster.');
  const name = [vendor, architecture].filter(Boolean).join(' ') || 'unnamed';
  return { backend: 'webgpu', threads: 1, reason: `WebGPU adapter: ${name}.` };
}

function wasmChoice(why: string): BackendChoice {
  const isolated = globalThis.crossOriginIsolated === true;
  const threads = isolated ? Math.min(navigator.hardwareConcurrency || 1, MAX_THREADS) : 1;
  const how = isolated
    ? `WASM with ${threads} ${threads === 1 ? 'thread' : 'threads'}.`
    : 'WASM with one thread: the page is not cross-origin isolated.';
  return { backend: 'wasm', threads, reason: `${why} ${how}` };
}
