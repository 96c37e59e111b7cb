/**
 * NF4 and double quantisation beside the PyTorch reference of scripts/fixtures/nf4_reference.py. Used by tests and
 * by the evidence of exactness.
 */
import type { NamedTensor } from '../formats/safetensors.ts';
import { bytesOf } from '../graph/graph.ts';
import { DYNAMIC_MAP } from '../quant/dynamic-map.ts';
import { dequantiseNf4, quantiseNf4 } from '../quant/nf4.ts';
import { dequantiseNf4Double, maximaOf, quantiseNf4Double } from '../quant/nf4-double.ts';

/** One matrix under both formats; each entry is written as bits or as a digest. */
interface Written {
  codes: string;
  maxima: string;
  dequantised: string;
  double: {
    maximumCodes: string;
    secondMaxima: string;
    offset: string;
    maxima: string;
    dequantised: string;
  };
}

export interface Nf4Reference {
  torch: string;
  differences: Record<string, number>;
  dynamicMap: string;
  matrices: Record<string, Written & { shape: number[]; weights: string }>;
  nano: Record<string, Written & { shape: number[] }>;
}

/** What the reference calls each of its results: float32 as its bits in eight hexadecimal digits, a byte in two. */
export function bits(values: Float32Array | Uint8Array): string {
  const digits = values instanceof Float32Array ? 8 : 2;
  const whole = values instanceof Float32Array ? new Uint32Array(values.slice().buffer) : values;
  return Array.from(whole, (value) => value.toString(16).padStart(digits, '0')).join('');
}

export function fromBits(text: string): Float32Array {
  const whole = Uint32Array.from({ length: text.length / 8 }, (_, i) =>
    parseInt(text.slice(8 * i, 8 * i + 8), 16),
  );
  return new Float32Array(whole.buffer);
}

function written(
  values: Float32Array,
  shape: readonly [number, number],
  write: (values: Float32Array | Uint8Array) => string,
): Written {
  const matrix = quantiseNf4(values, shape);
  const double = quantiseNf4Double(values, shape);
  return {
    codes: write(matrix.codes),
    maxima: write(matrix.maxima),
    dequantised: write(dequantiseNf4(matrix)),
    double: {
      maximumCodes: write(double.maximumCodes),
      secondMaxima: write(double.secondMaxima),
      offset: write(Float32Array.of(double.offset)),
      maxima: write(maximaOf(double)),
      dequantised: write(dequantiseNf4Double(double)),
    },
  };
}

export interface Comparison {
  /** What was compared, such as `special double.codes`. */
  name: string;
  equal: boolean;
}

/**
 * Every result of the reference beside ours, equal to the bit or not.
 * @param nano the shipped checkpoint's tensors
 * @param digest SHA-256 in hexadecimal digits
 */
export function compareNf4(
  reference: Nf4Reference,
  nano: ReadonlyMap<string, NamedTensor>,
  digest: (bytes: Uint8Array) => string,
): Comparison[] {
  const parts = (name: string, ours: Written, theirs: Written): Comparison[] => {
    const { double, ...single } = ours;
    const { double: theirDouble, ...theirSingle } = theirs;
    const compare = (prefix: string, a: object, b: object) =>
      Object.entries(a).map(([key, value]) => ({
        name: `${name} ${prefix}${key}`,
        equal: value === (b as Record<string, unknown>)[key],
      }));
    return [...compare('', single, theirSingle), ...compare('double.', double, theirDouble)];
  };
  const matrixShape = ([out, into]: readonly number[]) => [out!, into!] as const;
  return [
    { name: 'dynamic map', equal: bits(DYNAMIC_MAP) === reference.dynamicMap },
    ...Object.entries(reference.matrices).flatMap(([name, theirs]) =>
      parts(name, written(fromBits(theirs.weights), matrixShape(theirs.shape), bits), theirs),
    ),
    ...Object.entries(reference.nano).flatMap(([name, theirs]) =>
      parts(
        name,
        written(nano.get(name)!.data, matrixShape(theirs.shape), (values) =>
          digest(bytesOf(values)),
        ),
        theirs,
      ),
    ),
  ];
}
