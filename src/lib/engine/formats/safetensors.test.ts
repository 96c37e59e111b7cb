import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHalf, readSafetensors, toHalf, writeSafetensors } from './safetensors.ts';

const tensors = new Map([
  ['a.weight', { shape: [2, 3], data: Float32Array.of(1, -2, 0.5, 3, 4, 1e-3) }],
  ['b', { shape: [1], data: Float32Array.of(7) }],
]);

/** Rewrites the JSON header of a file. */
function withHeader(file: Uint8Array, change: (json: string) => string): Uint8Array {
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  const json = new TextEncoder().encode(
    change(new TextDecoder().decode(file.subarray(8, 8 + length))),
  );
  const out = new Uint8Array(8 + json.length + file.length - 8 - length);
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
  out.set(json, 8);
  out.set(file.subarray(8 + length), 8 + json.length);
  return out;
}

describe('safetensors', () => {
  it('reads back what it wrote, bit for bit', () => {
    expect(readSafetensors(writeSafetensors(tensors))).toEqual(tensors);
  });

  it('reads a Node Buffer, whose slice() shares memory, like any other bytes', () => {
    expect(readSafetensors(Buffer.from(writeSafetensors(tensors)))).toEqual(tensors);
  });

  it('reads a Node Buffer that lies inside a larger one', () => {
    const file = writeSafetensors(tensors);
    const pool = Buffer.alloc(file.length + 3);
    pool.set(file, 3);
    expect(readSafetensors(pool.subarray(3))).toEqual(tensors);
  });

  it('starts tensor data at a multiple of 8', () => {
    const file = writeSafetensors(tensors);
    expect(Number(new DataView(file.buffer).getBigUint64(0, true)) % 8).toBe(0);
  });

  it('keeps half-precision values to within their spacing', () => {
    const [read] = [...readSafetensors(writeSafetensors(tensors, 'F16')).values()];
    read!.data.forEach((value, i) => expect(value).toBeCloseTo([1, -2, 0.5, 3, 4, 1e-3][i]!, 6));
  });

  it('reads bfloat16', () => {
    const bits = Uint16Array.of(0x3f80, 0xc000); // 1, −2
    const json = '{"x":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}';
    const file = new Uint8Array(8 + json.length + 4);
    new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
    file.set(new TextEncoder().encode(json), 8);
    file.set(new Uint8Array(bits.buffer), 8 + json.length);
    expect([...readSafetensors(file).get('x')!.data]).toEqual([1, -2]);
  });

  it.each([
    ['an empty file', new Uint8Array(0), /shorter than/],
    ['a truncated header', writeSafetensors(tensors).slice(0, 20), /header is longer/],
    ['truncated data', writeSafetensors(tensors).slice(0, -4), /truncated/],
    ['a header that is not JSON', withHeader(writeSafetensors(tensors), () => '{oops'), /not JSON/],
    [
      'a shape that disagrees with its bytes',
      withHeader(writeSafetensors(tensors), (json) => json.replace('[2,3]', '[9,9]')),
      /do not match its shape/,
    ],
    [
      'an integer tensor',
      withHeader(writeSafetensors(tensors), (json) => json.replace('"F32"', '"I64"')),
      /F32, F16 and BF16/,
    ],
  ])('refuses %s with a reason', (_name, file, reason) => {
    expect(() => readSafetensors(file)).toThrow(reason);
  });

  it('round-trips every half-precision number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), (half) => {
        const value = fromHalf(half);
        if (Number.isNaN(value)) expect(toHalf(value) & 0x7c00).toBe(0x7c00);
        else expect(toHalf(value)).toBe(half);
      }),
      { numRuns: 5000 },
    );
  });

  it('rounds to the nearest half-precision number', () => {
    fc.assert(
      fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const half = toHalf(value);
        const error = Math.abs(fromHalf(half) - value);
        for (const neighbour of [half - 1, half + 1])
          if ((neighbour & 0x8000) === (half & 0x8000) && Number.isFinite(fromHalf(neighbour)))
            expect(error).toBeLessThanOrEqual(Math.abs(fromHalf(neighbour) - value));
      }),
    );
  });
});
