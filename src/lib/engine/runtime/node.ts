/** Runs graphs on onnxruntime-node's CPU provider: the verifier, pretraining and tests. */
import * as ort from 'onnxruntime-node';
import { ortRuntime } from './ort.ts';
import type { Runtime } from './runtime.ts';

export async function createNodeRuntime(options: { threads: number }): Promise<Runtime> {
  const { threads } = options;
  return ortRuntime(
    ort,
    { backend: 'node', threads, reason: 'onnxruntime-node on the CPU' },
    { executionProviders: ['cpu'], intraOpNumThreads: threads, interOpNumThreads: 1 },
  );
}
