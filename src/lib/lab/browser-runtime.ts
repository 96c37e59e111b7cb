/** The engine's runtime in a worker of this site: where ONNX Runtime's builds are served from. */
import asyncifyMjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import wasmMjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { createBrowserRuntime, type BrowserRuntimeOptions } from '../engine/runtime/browser.ts';
import type { Runtime } from '../engine/runtime/runtime.ts';
import { firstThatComputesRight } from '../engine/train/self-check.ts';

const builds = {
  webgpu: {
    load: () => import('onnxruntime-web/webgpu'),
    wasm: asyncifyWasm,
    mjs: asyncifyMjs,
  },
  wasm: { load: () => import('onnxruntime-web/wasm'), wasm: wasmWasm, mjs: wasmMjs },
};

/** WebGPU where it is there and computes right, else WASM. */
export function openRuntime(
  options: Pick<BrowserRuntimeOptions, 'prefer' | 'gpuMemory' | 'onlost'> = {},
): Promise<Runtime> {
  return firstThatComputesRight(createBrowserRuntime({ ...options, builds }), (because) =>
    createBrowserRuntime({ builds, prefer: 'wasm', because }),
  );
}
