/** Tries what a class needs of a browser. Each probe really does the thing, and tells what came of it; none throws. */
import { openDB, deleteDB } from 'idb';
import { io } from 'socket.io-client';
import type { Answer, ComputeFacts, StorageFacts, WakeLockFacts } from './verdicts.ts';

const PATIENCE_MS = 8000;
const DATABASE = 'rankroom-check';

/** Sends a message over one transport and waits for the server's answer. */
export function trySocket(transport: 'polling' | 'websocket'): Promise<Answer> {
  const began = performance.now();
  const socket = io('/check', {
    transports: [transport],
    upgrade: false,
    forceNew: true,
    reconnection: false,
    timeout: PATIENCE_MS,
  });
  return new Promise<Answer>((resolve) => {
    const fail = ({ message }: Error) => resolve({ answered: false, reason: message });
    const late = setTimeout(() => fail(new Error('no answer in time')), 2 * PATIENCE_MS);
    socket.on('connect_error', fail);
    socket.on('connect', () => {
      socket
        .timeout(PATIENCE_MS)
        .emitWithAck('hello')
        .then(() => resolve({ answered: true, ms: performance.now() - began }), fail)
        .finally(() => clearTimeout(late));
    });
  }).finally(() => socket.disconnect());
}

interface GpuNavigator {
  gpu?: { requestAdapter(): Promise<object | null> };
}

export async function readCompute(): Promise<ComputeFacts> {
  const { gpu } = navigator as GpuNavigator;
  const adapter = gpu ? await gpu.requestAdapter().catch(() => null) : null;
  return {
    webgpu: !gpu ? 'absent' : adapter ? 'adapter' : 'no adapter',
    wasm: typeof WebAssembly === 'object',
    cores: navigator.hardwareConcurrency || null,
  };
}

/** Writes as much as a small checkpoint into a database of its own, reads it back, and removes it. */
export async function tryStorage(): Promise<StorageFacts> {
  // Insecure contexts have no estimate.
  const told = await (navigator.storage as StorageManager | undefined)
    ?.estimate()
    .catch(() => null);
  const estimate = told?.quota === undefined ? null : { usage: told.usage ?? 0, quota: told.quota };
  try {
    const database = await openDB(DATABASE, 1, {
      upgrade: (db) => void db.createObjectStore('try'),
    });
    const written = new Float32Array(250_000).fill(7);
    await database.put('try', written, 'vector');
    const read: unknown = await database.get('try', 'vector');
    database.close();
    await deleteDB(DATABASE);
    const kept =
      read instanceof Float32Array && read.length === written.length && read.at(-1) === 7;
    return { kept, estimate };
  } catch (error) {
    return { kept: false, reason: error instanceof Error ? error.name : String(error), estimate };
  }
}

export const readMemory = (): number | null =>
  (navigator as { deviceMemory?: number }).deviceMemory ?? null;

export async function tryWakeLock(): Promise<WakeLockFacts> {
  if (!('wakeLock' in navigator)) return 'absent';
  try {
    await (await navigator.wakeLock.request('screen')).release();
    return 'held';
  } catch {
    return 'refused';
  }
}
