import { describe, expect, it } from 'vitest';
import { watchGpuMemory, type GpuScope } from './gpu-memory.ts';

const STORAGE = 0x80 | 0x4;
const UNIFORM = 0x40 | 0x8;
const STAGING = 0x2 | 0x4;

/** WebGPU with nothing behind it, but a device that can be lost. */
function fakeGpu() {
  class GPUBuffer {
    destroyed = 0;
    constructor(
      readonly size: number,
      readonly usage: number,
    ) {}
    destroy() {
      this.destroyed++;
    }
  }
  class GPUDevice {
    lose!: () => void;
    readonly lost = new Promise<void>((resolve) => (this.lose = resolve));
    createBuffer({ size, usage }: { size: number; usage: number }) {
      return new GPUBuffer(size, usage);
    }
  }
  const scope = { GPUDevice, GPUBuffer } as unknown as GpuScope;
  return { scope, makeDevice: () => new GPUDevice() };
}

describe('watchGpuMemory (L-21)', () => {
  it('counts the bytes that are alive, and the most there were', () => {
    const { scope, makeDevice } = fakeGpu();
    const memory = watchGpuMemory(scope)!;
    const device = makeDevice();
    const weights = device.createBuffer({ size: 100, usage: STORAGE });
    const staging = device.createBuffer({ size: 40, usage: STAGING });
    device.createBuffer({ size: 16, usage: UNIFORM });
    staging.destroy();
    expect(memory.read()).toEqual({
      live: 116,
      peak: 156,
      atPeak: { tensors: 100, staging: 40, uniforms: 16 },
    });
    weights.destroy();
    expect(memory.read()).toMatchObject({ live: 16, peak: 156 });
  });

  it('still destroys, and takes a buffer that is destroyed twice off once', () => {
    const { scope, makeDevice } = fakeGpu();
    const memory = watchGpuMemory(scope)!;
    const buffer = makeDevice().createBuffer({ size: 8, usage: STORAGE });
    buffer.destroy();
    buffer.destroy();
    expect(buffer.destroyed).toBe(2);
    expect(memory.read().live).toBe(0);
  });

  it('begins anew with what is there', () => {
    const { scope, makeDevice } = fakeGpu();
    const memory = watchGpuMemory(scope)!;
    const device = makeDevice();
    const large = device.createBuffer({ size: 1000, usage: STORAGE });
    device.createBuffer({ size: 10, usage: STORAGE });
    large.destroy();
    memory.begin();
    expect(memory.read()).toMatchObject({ live: 10, peak: 10, atPeak: { tensors: 10 } });
    device.createBuffer({ size: 5, usage: STORAGE });
    expect(memory.read().peak).toBe(15);
  });

  it('holds nothing of a device that is lost, even when its buffers are destroyed later', async () => {
    const { scope, makeDevice } = fakeGpu();
    const memory = watchGpuMemory(scope)!;
    const [first, second] = [makeDevice(), makeDevice()];
    const buffer = first.createBuffer({ size: 50, usage: STORAGE });
    second.createBuffer({ size: 7, usage: STORAGE });
    first.lose();
    await first.lost;
    await Promise.resolve();
    expect(memory.read().live).toBe(7);
    buffer.destroy();
    expect(memory.read().live).toBe(7);
  });

  it('is not there where WebGPU is not', () => {
    expect(watchGpuMemory({})).toBeNull();
  });
});
