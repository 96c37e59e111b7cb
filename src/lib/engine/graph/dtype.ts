/** Element types a graph may hold, with their ONNX `TensorProto.DataType` codes and widths. */

export type DType = 'float32' | 'float64' | 'int32' | 'int64' | 'bool' | 'int8' | 'uint8' | 'int4';

interface DTypeFacts {
  /** `TensorProto.DataType`, onnx.proto3. */
  code: number;
  bits: number;
}

export const DTYPES: Record<DType, DTypeFacts> = {
  float32: { code: 1, bits: 32 },
  uint8: { code: 2, bits: 8 },
  int8: { code: 3, bits: 8 },
  int32: { code: 6, bits: 32 },
  int64: { code: 7, bits: 64 },
  bool: { code: 9, bits: 8 },
  float64: { code: 11, bits: 64 },
  int4: { code: 22, bits: 4 },
};

export type Shape = readonly number[];

/** Elements of a tensor of this shape; 1 for a scalar. */
export function elements(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Bytes a dense tensor takes; sub-byte elements are packed. */
export function byteLength(shape: Shape, dtype: DType): number {
  return Math.ceil((elements(shape) * DTYPES[dtype].bits) / 8);
}
