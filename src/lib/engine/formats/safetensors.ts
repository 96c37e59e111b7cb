/**
 * The safetensors container: u64 little-endian header length, JSON header, then the tensors' bytes.
 * Reads F32, F16 and BF16 into float32; writes F32 and F16.
 * Format: https://github.com/huggingface/safetensors#format. Errors name what is wrong with the file.
 */
import * as v from 'valibot';
import { elements, type Shape } from '../graph/dtype.ts';
import { bytesOf } from '../graph/graph.ts';

export interface NamedTensor {
  shape: Shape;
  data: Float32Array;
}

export class SafetensorsError extends Error {
  override name = 'SafetensorsError';
}

const WIDTH = { F32: 4, F16: 2, BF16: 2 } as const;
type StoredType = keyof typeof WIDTH;

const EntrySchema = v.object({
  dtype: v.picklist(['F32', 'F16', 'BF16'], 'only F32, F16 and BF16 tensors are supported'),
  shape: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
  data_offsets: v.tuple([
    v.pipe(v.number(), v.integer(), v.minValue(0)),
    v.pipe(v.number(), v.integer(), v.minValue(0)),
  ]),
});
const HeaderSchema = v.record(v.string(), v.unknown());

/** Generous for tens of thousands of tensors; a longer header is a broken or hostile file. */
const MAX_HEADER_BYTES = 8 * 1024 * 1024;

/** One tensor as the header describes it; bytes not yet read. */
export interface TensorEntry {
  name: string;
  dtype: StoredType;
  shape: Shape;
  /** Absolute offsets into the file. */
  start: number;
  end: number;
}

/**
 * Reads and checks the header alone, so that a caller can refuse a file by its shapes before reading tensors.
 * @throws {SafetensorsError}
 */
export function readHeader(file: Uint8Array): TensorEntry[] {
  if (file.byteLength < 8)
    throw new SafetensorsError('the file is shorter than a safetensors header');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > file.byteLength)
    throw new SafetensorsError(
      'the header is longer than the file: it is truncated or not safetensors',
    );
  const header = parseHeader(file.subarray(8, 8 + headerBytes));
  const dataStart = 8 + headerBytes;
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, raw]) => {
      const parsed = v.safeParse(EntrySchema, raw);
      if (!parsed.success)
        throw new SafetensorsError(`tensor ${name}: ${parsed.issues[0].message}`);
      const { dtype, shape, data_offsets } = parsed.output;
      const [from, to] = data_offsets;
      if (to - from !== elements(shape) * WIDTH[dtype])
        throw new SafetensorsError(`tensor ${name}: its bytes do not match its shape`);
      if (dataStart + to > file.byteLength)
        throw new SafetensorsError(`tensor ${name} ends after the file: it is truncated`);
      return { name, dtype, shape, start: dataStart + from, end: dataStart + to };
    });
  refuseGaps(entries, dataStart, file.byteLength);
  return entries;
}

/** Tensors lie one behind the other and fill the file: bytes that none or two of them claim hide something. */
function refuseGaps(entries: readonly TensorEntry[], start: number, end: number): void {
  let at = start;
  for (const entry of [...entries].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (entry.start !== at)
      throw new SafetensorsError(
        entry.start < at
          ? `tensor ${entry.name} overlaps another one`
          : `${entry.start - at} bytes before tensor ${entry.name} belong to none`,
      );
    at = entry.end;
  }
  if (at !== end) throw new SafetensorsError(`${end - at} bytes at its end belong to no tensor`);
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    return v.parse(
      HeaderSchema,
      JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)),
    );
  } catch {
    throw new SafetensorsError('the header is not JSON: the file is damaged or not safetensors');
  }
}

/** All tensors as float32. @throws {SafetensorsError} */
export function readSafetensors(file: Uint8Array): Map<string, NamedTensor> {
  return new Map(
    readHeader(file).map((entry) => [
      entry.name,
      // Not `file.slice`: Node's Buffer overrides it with a view of the whole file's memory.
      {
        shape: entry.shape,
        data: decode(new Uint8Array(file.subarray(entry.start, entry.end)), entry.dtype),
      },
    ]),
  );
}

/** @param metadata text pairs for `__metadata__`; `format: pt` is what transformers and peft expect. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  dtype: 'F32' | 'F16' = 'F32',
  metadata: Record<string, string> = { format: 'pt' },
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    if (elements(shape) !== data.length)
      throw new SafetensorsError(`tensor ${name}: ${data.length} values for [${shape.join()}]`);
    const end = offset + data.length * WIDTH[dtype];
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Tensor data must start at a multiple of 8; the format pads the JSON with spaces.
  const headerBytes = Math.ceil(json.byteLength / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, 8, 8 + headerBytes);
  file.set(json, 8);
  let at = 8 + headerBytes;
  for (const { data } of tensors.values()) {
    const bytes = dtype === 'F32' ? bytesOf(data) : bytesOf(Uint16Array.from(data, toHalf));
    file.set(bytes, at);
    at += bytes.byteLength;
  }
  return file;
}

/** @param bytes a buffer of its own, so that it is aligned and starts at 0 */
function decode(bytes: Uint8Array<ArrayBuffer>, dtype: StoredType): Float32Array {
  switch (dtype) {
    case 'F32':
      return new Float32Array(bytes.buffer);
    case 'F16':
      return Float32Array.from(new Uint16Array(bytes.buffer), fromHalf);
    case 'BF16': {
      const bits = Uint32Array.from(new Uint16Array(bytes.buffer), (half) => half << 16);
      return new Float32Array(bits.buffer);
    }
  }
}

/** IEEE 754 binary16 to a number. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/** Nearest IEEE 754 binary16, ties to even. */
export function toHalf(value: number): number {
  single[0] = value;
  const bits = singleBits[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // rounds to infinity
  if (magnitude < 0x38800000) {
    // Subnormal: the value in units of 2^-24, rounded by the float arithmetic itself.
    const units = Math.abs(value) * 2 ** 24;
    const floor = Math.floor(units);
    const rest = units - floor;
    return sign | (floor + Number(rest > 0.5 || (rest === 0.5 && floor % 2 === 1)));
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}
