/**
 * What is seen of a GPU's memory: the bytes of the WebGPU buffers that ONNX Runtime has asked for and not given
 * back. WebGPU itself does not tell; every buffer is made by one method and freed by another, so these are wrapped
 * before ONNX Runtime is loaded.
 *
 * Not seen: what the driver adds to each buffer, compiled shaders and pipelines, and everything on the CPU's side,
 * ONNX Runtime's own heap included.
 */
import type { SeenMemory } from '../train/events.ts';
import type { MemoryMeter } from './runtime.ts';

/** The parts of WebGPU used here; the engine is built without DOM types. */
interface GpuBuffer {
  readonly size: number;
  readonly usage: number;
  destroy: (this: GpuBuffer) => void;
}
interface GpuDevice {
  readonly lost: Promise<unknown>;
  createBuffer: (this: GpuDevice, descriptor: never) => GpuBuffer;
}
export interface GpuScope {
  GPUDevice?: { prototype: GpuDevice };
  GPUBuffer?: { prototype: GpuBuffer };
}

/** `GPUBufferUsage` in the WebGPU specification. */
const MAP_READ = 0x1;
const MAP_WRITE = 0x2;
const UNIFORM = 0x40;

type Kind = 'tensors' | 'staging' | 'uniforms';

/** Bytes alive on one device; null when the device is gone, and its buffers with it. */
type Ledger = { bytes: Record<Kind, number> | null };

const KINDS: readonly Kind[] = ['tensors', 'staging', 'uniforms'];

/**
 * Wraps the scope's WebGPU and counts from then on.
 * @returns null where there is no WebGPU
 */
export function watchGpuMemory({ GPUDevice, GPUBuffer }: GpuScope): MemoryMeter | null {
  if (!GPUDevice || !GPUBuffer) return null;
  const devices = new WeakMap<GpuDevice, Ledger>();
  const alive = new Set<Ledger>();
  /** How to take a buffer off its ledger; gone once that was done. */
  const forget = new WeakMap<GpuBuffer, () => void>();
  // A buffer that nobody refers to any more is freed by the browser, without a call.
  const collected = new FinalizationRegistry<() => void>((free) => free());
  let peak = 0;
  let atPeak = sums(alive);

  const ledgerOf = (device: GpuDevice): Ledger => {
    const known = devices.get(device);
    if (known) return known;
    const ledger: Ledger = { bytes: { tensors: 0, staging: 0, uniforms: 0 } };
    devices.set(device, ledger);
    alive.add(ledger);
    const close = () => {
      ledger.bytes = null;
      alive.delete(ledger);
    };
    // Settles when a device is destroyed, too.
    void device.lost.then(close, close);
    return ledger;
  };

  const { createBuffer } = GPUDevice.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    const ledger = ledgerOf(this);
    const { size } = buffer;
    const kind = kindOf(buffer.usage);
    if (ledger.bytes) ledger.bytes[kind] += size;
    let there = true;
    const free = () => {
      if (there && ledger.bytes) ledger.bytes[kind] -= size;
      there = false;
    };
    forget.set(buffer, free);
    collected.register(buffer, free);
    const now = sums(alive);
    if (total(now) > peak) [peak, atPeak] = [total(now), now];
    return buffer;
  };

  const { destroy } = GPUBuffer.prototype;
  GPUBuffer.prototype.destroy = function () {
    destroy.call(this);
    forget.get(this)?.();
  };

  return {
    begin() {
      atPeak = sums(alive);
      peak = total(atPeak);
    },
    read: (): SeenMemory => ({ live: total(sums(alive)), peak, atPeak }),
  };
}

function kindOf(usage: number): Kind {
  if (usage & (MAP_READ | MAP_WRITE)) return 'staging';
  return usage & UNIFORM ? 'uniforms' : 'tensors';
}

function sums(ledgers: Iterable<Ledger>): Record<Kind, number> {
  const sum = { tensors: 0, staging: 0, uniforms: 0 };
  for (const { bytes } of ledgers) if (bytes) for (const kind of KINDS) sum[kind] += bytes[kind];
  return sum;
}

function total(bytes: Record<Kind, number>): number {
  return KINDS.reduce((sum, kind) => sum + bytes[kind], 0);
}
