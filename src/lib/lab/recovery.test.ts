import { describe, expect, it } from 'vitest';
import { nextBackend } from './recovery.ts';

const lost = (...backends: ('webgpu' | 'wasm')[]) => backends.map((backend) => ({ backend }));

describe('nextBackend (K-4)', () => {
  it('tries each backend twice, WebGPU before WASM, and then no more', () => {
    expect(nextBackend([], 'webgpu')).toBe('webgpu');
    expect(nextBackend(lost('webgpu'), 'webgpu')).toBe('wasm');
    expect(nextBackend(lost('webgpu', 'webgpu'), 'wasm')).toBe('wasm');
    expect(nextBackend(lost('webgpu', 'webgpu', 'wasm'), 'wasm')).toBeNull();
    expect(nextBackend([], 'wasm')).toBe('wasm');
    expect(nextBackend(lost('wasm'), 'wasm')).toBeNull();
  });
});
