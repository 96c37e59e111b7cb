/** A device in words, the same for the student, the host and an estimate: `WASM, 2 threads, 58 ms a step`. */
import { formatStepTime, plural } from '../ui/format.ts';

const NAMES = { webgpu: 'WebGPU', wasm: 'WASM', node: 'Node' } as const;

export interface DeviceFacts {
  backend: keyof typeof NAMES;
  threads: number;
}

export function deviceName({ backend, threads }: DeviceFacts): string {
  return backend === 'webgpu' ? NAMES.webgpu : `${NAMES[backend]}, ${plural(threads, 'thread')}`;
}

export function preflightLine(
  device: DeviceFacts & { secondsPerStep: number | null; withoutRecording?: boolean | undefined },
): string {
  if (device.withoutRecording) return 'waits: no recorded run fits';
  const name = deviceName(device);
  return device.secondsPerStep === null
    ? name
    : `${name}, ${formatStepTime(device.secondsPerStep)} a step`;
}
