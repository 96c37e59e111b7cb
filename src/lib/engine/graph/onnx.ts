/**
 * Serialises a {@link Graph} to an ONNX `ModelProto`.
 *
 * Protocol buffers' wire format, written directly: the dozen fields used here (onnx.proto3, IR version 10)
 * need no schema compiler, and big weight tensors are copied once. Field numbers stand beside each field.
 */
import { DTYPES } from './dtype.ts';
import type { Attribute, Graph, Initializer, Node, Tensor } from './graph.ts';

const IR_VERSION = 10;
/** 21 is the first opset with blocked, sub-byte DequantizeLinear. */
export const OPSET = 21;

const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_INTS = 7;

/** @returns the bytes that an ONNX Runtime session loads. */
export function encodeModel(graph: Graph, name = 'rankroom'): Uint8Array<ArrayBuffer> {
  const model = new ProtoWriter();
  model.integer(1, IR_VERSION); // ir_version
  model.text(2, 'rankroom'); // producer_name
  model.message(7, (g) => {
    for (const node of graph.nodes) g.message(1, (w) => writeNode(w, node)); // node
    g.text(2, name); // name
    for (const tensor of graph.initializers) g.message(5, (w) => writeInitializer(w, tensor));
    for (const tensor of graph.inputs) g.message(11, (w) => writeValueInfo(w, tensor)); // input
    for (const tensor of graph.outputs) g.message(12, (w) => writeValueInfo(w, tensor)); // output
  });
  model.message(8, (w) => {
    w.text(1, ''); // opset_import.domain: the standard operators
    w.integer(2, OPSET); // opset_import.version
  });
  return model.finish();
}

function writeNode(w: ProtoWriter, node: Node): void {
  for (const input of node.inputs) w.text(1, input); // input
  w.text(2, node.output); // output
  w.text(3, node.output); // name
  w.text(4, node.op); // op_type
  for (const [key, value] of Object.entries(node.attributes))
    w.message(5, (a) => writeAttribute(a, key, value)); // attribute
}

function writeAttribute(w: ProtoWriter, name: string, value: Attribute): void {
  w.text(1, name); // name
  if (typeof value === 'number') {
    w.integer(3, value); // i
    w.integer(20, ATTRIBUTE_INT); // type
  } else if (typeof value === 'string') {
    w.text(4, value); // s
    w.integer(20, ATTRIBUTE_STRING);
  } else {
    for (const item of value) w.integer(8, item); // ints
    w.integer(20, ATTRIBUTE_INTS);
  }
}

function writeInitializer(w: ProtoWriter, tensor: Initializer): void {
  for (const size of tensor.shape) w.integer(1, size); // dims
  w.integer(2, DTYPES[tensor.dtype].code); // data_type
  w.text(8, tensor.name); // name
  w.bytes(9, tensor.bytes()); // raw_data
}

function writeValueInfo(w: ProtoWriter, tensor: Tensor): void {
  w.text(1, tensor.name); // name
  w.message(2, (type) =>
    type.message(1, (tensorType) => {
      tensorType.integer(1, DTYPES[tensor.dtype].code); // elem_type
      tensorType.message(2, (shape) => {
        for (const size of tensor.shape) shape.message(1, (d) => d.integer(1, size)); // dim_value
      });
    }),
  );
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const utf8 = new TextEncoder();

/** Collects chunks instead of growing one buffer: a nested message's length is known before it is framed. */
class ProtoWriter {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** A varint; negative numbers take ten bytes, as int64 fields want. */
  integer(field: number, value: number): void {
    this.#tag(field, VARINT);
    this.#push(varint(value));
  }
  text(field: number, value: string): void {
    this.bytes(field, utf8.encode(value));
  }
  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, LENGTH_DELIMITED);
    this.#push(varint(value.byteLength));
    this.#push(value);
  }
  message(field: number, write: (writer: ProtoWriter) => void): void {
    const inner = new ProtoWriter();
    write(inner);
    this.#tag(field, LENGTH_DELIMITED);
    this.#push(varint(inner.#length));
    for (const chunk of inner.#chunks) this.#push(chunk);
  }
  finish(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.#length);
    let offset = 0;
    for (const chunk of this.#chunks) {
      out.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return out;
  }

  #tag(field: number, wireType: number): void {
    this.#push(varint(field * 8 + wireType));
  }
  #push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.byteLength;
  }
}

/** Base-128, low group first; two's complement in 64 bits when negative. */
function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  while (rest > 0x7fn) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Uint8Array.from(out);
}
