/** Runs the probes of a device and gathers their lines, in the order in which they are shown. */
import { defaultRecipe } from '$lib/engine/formats/recipe.ts';
import { WorkerClient } from '$lib/lab/worker-client.ts';
import { readCompute, readMemory, trySocket, tryStorage, tryWakeLock } from './probes.ts';
import {
  computeLines,
  memoryLine,
  securityLine,
  socketLines,
  storageLine,
  summary,
  trainingLine,
  wakeLockLine,
  type Line,
} from './verdicts.ts';

const NAMES = [
  'WebSocket',
  'Polling',
  'Secure context',
  'WebGPU',
  'WebAssembly',
  'Training step',
  'Storage',
  'Memory',
  'Screen stays on',
];
const WAITING: Record<string, string> = {
  'Training step': 'Fetching the model and timing a few real steps.',
};

export class DeviceCheck {
  lines = $state.raw<Line[]>([]);
  readonly summary = $derived(summary(this.lines));

  readonly #worker = new WorkerClient();
  #closed = false;

  async run(): Promise<void> {
    this.lines = NAMES.map((name) => ({ name, state: 'checking', found: WAITING[name] ?? '' }));
    const isolated = crossOriginIsolated;
    this.#found(securityLine({ secure: isSecureContext, isolated }), memoryLine(readMemory()));
    // Training comes last and alone, so that nothing else takes its time.
    await Promise.all([
      Promise.all([trySocket('polling'), trySocket('websocket')]).then(([polling, websocket]) =>
        this.#found(...socketLines(polling, websocket)),
      ),
      readCompute().then((facts) => this.#found(...computeLines(facts, isolated))),
      tryStorage().then((facts) => this.#found(storageLine(facts))),
      tryWakeLock().then((facts) => this.#found(wakeLockLine(facts))),
    ]);
    if (this.#closed) return;
    const recipe = defaultRecipe();
    this.#found(trainingLine(await this.#worker.warm(recipe), recipe.steps));
    this.#worker.terminate();
  }

  close(): void {
    this.#closed = true;
    this.#worker.terminate();
  }

  #found(...found: Line[]): void {
    this.lines = this.lines.map((line) => found.find(({ name }) => name === line.name) ?? line);
  }
}
