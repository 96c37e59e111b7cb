/**
 * Evaluates a graph of numbers and vectors on the host, in double precision and without a runtime. It is no second
 * backend: it knows the elementwise operators alone, which is what an optimiser's update is made of, and is meant for
 * graphs of a few numbers.
 */
import { dim, type Graph, type Initializer, type Node } from './graph.ts';

type Vector = readonly number[];
type Binary = (a: number, b: number) => number;

const BINARY: Readonly<Record<string, Binary>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Max: (a, b) => Math.max(a, b),
};

/**
 * @param graph built in float64; every tensor a scalar [] or a vector [n]
 * @param feeds inputs by name
 * @returns outputs by name
 * @throws when an input is missing or the graph holds another operator
 */
export function evaluateOnHost(
  graph: Graph,
  feeds: Readonly<Record<string, Vector>>,
): Record<string, number[]> {
  const values = new Map<string, Vector>();
  for (const { name, shape } of graph.inputs) {
    const feed = feeds[name];
    if (feed?.length !== (shape[0] ?? 1))
      throw new Error(`${name} is not fed as [${shape.join()}]`);
    values.set(name, feed);
  }
  for (const initializer of graph.initializers)
    if (initializer.dtype === 'float64') values.set(initializer.name, realsOf(initializer));
  for (const node of graph.nodes) values.set(node.output, outputOf(node, values));
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, [...values.get(name)!]]));
}

function outputOf(node: Node, values: ReadonlyMap<string, Vector>): Vector {
  const [a, b] = node.inputs.map((name) => values.get(name));
  const binary = BINARY[node.op];
  if (a && b && binary) {
    const size = node.shape.length === 0 ? 1 : dim({ ...node, name: node.output }, 0);
    const at = (vector: Vector, index: number) => vector[vector.length === 1 ? 0 : index]!;
    return Array.from({ length: size }, (_, index) => binary(at(a, index), at(b, index)));
  }
  if (a && node.op === 'Sqrt') return a.map(Math.sqrt);
  if (a && node.op === 'Identity') return a;
  if (a && node.op === 'ReduceSum') return [a.reduce((sum, value) => sum + value, 0)];
  throw new Error(`${node.op} is not evaluated on the host`);
}

function realsOf({ bytes }: Initializer): Vector {
  const raw = bytes();
  return [...new Float64Array(raw.buffer, raw.byteOffset, raw.byteLength / 8)];
}
