/** Runs recipes in the product's own engine worker and hands results to the driver as JSON. */
import type { Recipe } from '../../src/lib/engine/formats/recipe.ts';
import type { RunResult } from '../../src/lib/engine/train/events.ts';
import type { FromWorker, ToWorker } from '../../src/lib/lab/worker-protocol.ts';

export type PlainResult = Omit<RunResult, 'artifact'> & {
  /** base64 */
  artifact: string;
};

declare global {
  interface Window {
    runInWorker: (recipe: Recipe, backend: 'webgpu' | 'wasm') => Promise<PlainResult>;
  }
}

window.runInWorker = (recipe, backend) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('../../src/lib/lab/engine.worker.ts', import.meta.url), {
      type: 'module',
    });
    const end = (settle: () => void) => {
      worker.terminate();
      settle();
    };
    worker.onerror = (event) => end(() => reject(new Error(event.message)));
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === 'failed' || data.type === 'lost')
        end(() => reject(new Error(data.message)));
      if (data.type === 'done')
        void base64(data.result.artifact).then((artifact) =>
          end(() => resolve({ ...data.result, artifact })),
        );
    };
    // Checkpoints are stored as in the lab, so that their cost is measured too.
    const order: ToWorker = { type: 'run', id: 'bench', recipe, backend };
    worker.postMessage(order);
  });

function base64(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve((reader.result as string).split(',')[1]!);
    reader.onerror = () => reject(reader.error ?? new Error('the artifact could not be read'));
    reader.readAsDataURL(new Blob([bytes]));
  });
}
